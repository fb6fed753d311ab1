# syntax=docker/dockerfile:1

# The front-end packages
FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

# The Python packages, without those for development
FROM python:3.13-slim AS wheels
WORKDIR /app
RUN pip install --no-cache-dir pipenv==2026.10.3
COPY Pipfile Pipfile.lock ./
RUN pipenv requirements --hash > requirements.txt \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt

# The portal: web, worker, beat and migrate are commands of this image
FROM python:3.13-slim AS app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FORECOURT_ENV=production \
    WEB_CONCURRENCY=3
RUN useradd --system --uid 10001 --create-home forecourt
WORKDIR /app
COPY --from=wheels /venv /venv
COPY --from=packages /app/node_modules node_modules
COPY manage.py ./
COPY static static
COPY templates templates
COPY locale locale
COPY marketplace marketplace
COPY portal portal
# The values are for this one command; a container without its own refuses to start. Left out: what
# the packages bring and no page uses, some of which names files that are not there.
RUN SECRET_KEY=needed-only-to-collect-static-files-and-kept-nowhere-else \
    ALLOWED_HOSTS=localhost DATABASE_URL=postgres://none/none REDIS_URL=redis://none/0 \
    python manage.py collectstatic --no-input --verbosity 0
USER forecourt
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}), timeout=4)"]
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--threads", "4", \
     "--timeout", "60", "--keep-alive", "75", "--max-requests", "10000", "--max-requests-jitter", "1000", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

# nginx with the static files of the same build
FROM nginx:1.28-alpine AS nginx
ENV NGINX_ENVSUBST_FILTER=^FORECOURT_ \
    FORECOURT_LISTEN=8080 \
    FORECOURT_UPSTREAM=web:8000 \
    FORECOURT_STATIC=/srv/static \
    FORECOURT_TRUSTED_PROXY=127.0.0.1/32
RUN mkdir /etc/nginx/temp && rm -f /etc/nginx/conf.d/*
COPY nginx/nginx.conf /etc/nginx/nginx.conf
COPY nginx/templates /etc/nginx/templates
COPY --from=app /app/staticfiles /srv/static
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --retries=3 \
    CMD ["wget", "--quiet", "--spider", "http://127.0.0.1:8080/nginx-healthz"]
