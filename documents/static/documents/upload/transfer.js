// Sends a file's bytes to its address in storage. XMLHttpRequest, because fetch does not tell how far an upload is.

import { ApiError } from "../../docplatform/js/api.js";

/**
 * @param {File} file
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(sent: number) => void} onprogress
 * @returns {Promise<void>}
 */
export function send(file, url, signal, onprogress) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ApiError(0, "Stopped."));
    const call = new XMLHttpRequest();
    call.open("PUT", url);
    call.upload.addEventListener("progress", (event) => onprogress(event.loaded));
    call.addEventListener("load", () => {
      if (call.status >= 200 && call.status < 300) return resolve();
      const said = call.responseText.startsWith("<") ? "" : call.responseText.slice(0, 200);
      return reject(new ApiError(call.status, said || `The file was not accepted (error ${call.status}).`));
    });
    call.addEventListener("error", () => reject(new ApiError(0, "The connection broke while the file was sent.")));
    call.addEventListener("abort", () => reject(new ApiError(0, "Stopped.")));
    signal.addEventListener("abort", () => call.abort(), { once: true });
    call.send(file);
    return undefined;
  });
}
