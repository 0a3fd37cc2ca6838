# The platform as an image. The command says which part it is: up (everything), prepare, web, worker --queue fast|bulk.
FROM debian:12-slim
WORKDIR /srv/docplatform
COPY docplatform/setup docplatform/setup
RUN docplatform/setup/packages docplatform/setup/packages.txt && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN docplatform/setup/inside /srv/venv true && rm -rf /root/.cache
RUN useradd --system --user-group --home-dir /var/lib/docplatform --shell /usr/sbin/nologin docplatform \
    && install -d -o docplatform -g docplatform -m 0700 /var/lib/docplatform /var/lib/docplatform/data
COPY . .
USER docplatform
ENV PATH=/srv/venv/bin:/usr/bin:/bin LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOME=/var/lib/docplatform DATA_DIR=/var/lib/docplatform/data HOST=0.0.0.0 PORT=8000
VOLUME /var/lib/docplatform/data
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["up"]
