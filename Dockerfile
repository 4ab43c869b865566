# syntax=docker/dockerfile:1
# Any image with Python 3.13 and venv: --build-arg BASE=localhost/base
# To renew the digest: docker buildx imagetools inspect python:3.13-slim
ARG BASE=python:3.13.15-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${BASE} AS build
WORKDIR /app
ENV PATH=/opt/meridian/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt .
# pip's configuration as a secret stays out of the layers:
# --secret id=pip,src=$HOME/.config/pip/pip.conf
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3.13 -m venv /opt/meridian && \
    pip install --require-hashes -r requirements.txt && \
    pip uninstall -y pip
COPY manage.py gunicorn.conf.py .env.example ./
COPY console console
COPY tenants tenants
# Settings need secrets to load; these are discarded.
# hadolint ignore=SC2046
RUN env $(python -m console.ops.generate_secrets) DATABASE_URL=sqlite:// python manage.py collectstatic --noinput && \
    python -m compileall -q console tenants

FROM ${BASE}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp meridian && \
    install -d -o meridian -g meridian /var/lib/meridian
COPY --from=build /opt/meridian /opt/meridian
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/meridian/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=console.settings
# Return the memory of large uploads to the system (docs/how-to/deploy.md).
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
    CMD ["python", "-m", "console.ops.probe", "/healthz"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000"]
