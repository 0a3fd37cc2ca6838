// A bounded number of transfers at a time; the others wait in their order.

export class Pool {
  /** @param {number} size */
  constructor(size) {
    this.free = size;
    /** @type {{run: () => Promise<void>}[]} */
    this.queue = [];
  }

  /** @param {{run: () => Promise<void>}} job must not throw */
  run(job) {
    this.queue.push(job);
    this.next();
  }

  next() {
    while (this.free > 0 && this.queue.length > 0) {
      const job = this.queue.shift();
      this.free -= 1;
      job?.run().finally(() => {
        this.free += 1;
        this.next();
      });
    }
  }
}
