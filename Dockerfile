# The image `classifier`, built by `docker build --tag classifier .` for the platform of the
# machine, or for another with --platform linux/amd64 or linux/arm64. Started by Lambda, or
# its emulator, it takes invocations; started by anything else, it serves HTTP on port 8000.

# The small one, which needs no compiler: every dependency has a wheel for Debian, and for both
# platforms.
FROM python:3.13-slim AS python
# It comes without bytecode, to be small. On a read-only file system Python would then compile
# what it imports of its own library at every start, which more than doubles the cold start.
# unchecked-hash: no file's date, which storing an image may change, can make it stale.
# -f: also what Python has just compiled by itself, to run this, and stamped with a date.
RUN python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash \
    -x '/(site|dist)-packages/' "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"

FROM python AS build
# Lambda's own images keep a function here too, with its dependencies beside it.
WORKDIR /var/task
# Dependencies before code: they change less often, and are then not installed again.
COPY requirements/image.txt /tmp/
# Exactly the files that were locked, and wheels alone, as a source package would run its own
# code here. Neither a cache nor pip's timestamped bytecode stays behind.
RUN python -m pip install --disable-pip-version-check --root-user-action ignore --no-cache-dir \
    --no-compile --no-deps --require-hashes --only-binary :all: --target . -r /tmp/image.txt \
    && rm -r bin \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash .

FROM build AS code
# .dockerignore lets through nothing but the code, the pages and the scorecard.
COPY app app
COPY model model
# Whoever built this may have checked it out readable only for themselves, and Lambda runs it
# as a user of its own.
RUN chmod -R a+rX app model \
    && python -m compileall -q --invalidation-mode unchecked-hash app model

FROM python AS service
# The modules are found here because `python -m` looks where it was started.
WORKDIR /var/task
# In two layers, so that a change in our code sends no dependencies anew.
COPY --from=build /var/task .
COPY --from=code /var/task/app app
COPY --from=code /var/task/model model
# All addresses: a published port doesn't come in on the container's loopback.
ENV HOST=0.0.0.0 PORT=8000
# Documents the port, and lets `docker run --publish-all` find it.
EXPOSE 8000
# Any user will do, but not root. As a number, which Kubernetes can check not to be root's.
USER 65532:65532
# SnapStart takes a container image only if it says that it may be restored from a snapshot.
# This one may: importing it makes nothing that has to differ between two instances.
LABEL com.amazonaws.lambda.feature.snapstart="Allow"
# Lambda never runs this. With Python, as the slim image has no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-c", "\
import http.client, os, sys; \
service = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); \
service.request('GET', '/health'); \
sys.exit(service.getresponse().status != 200)"]
# Without a shell in between, so that it is the process that is told to stop.
ENTRYPOINT ["python", "-m", "app"]

# What follows is for trying the function without AWS, by `docker compose up`.
FROM python AS rie
# Whatever else the package holds stays behind here.
WORKDIR /tmp/rie
# Its version and hash.
COPY requirements/emulator.txt .
# AWS's Runtime Interface Emulator is a file in this package, by the name of its processor.
RUN python -m pip download --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    -r emulator.txt \
    && python -m zipfile -e ./*.whl . \
    && case "$(uname -m)" in aarch64) processor=arm64 ;; *) processor=x86_64 ;; esac \
    && install -m 755 "samcli/local/rapid/aws-lambda-rie-$processor" /usr/local/bin/aws-lambda-rie

FROM service AS emulator
# The same image, and one file more.
COPY --from=rie /usr/local/bin/aws-lambda-rie /usr/local/bin/
# How Lambda introduces itself to the function; the time-out is in seconds.
ENV AWS_LAMBDA_FUNCTION_NAME=classifier AWS_LAMBDA_FUNCTION_TIMEOUT=10
# Where it listens, as AWS's own images do.
EXPOSE 8080
# Only connects: an invocation beside another one would end the emulator.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-c", "\
import socket; socket.create_connection(('127.0.0.1', 8080), 2)"]
# The emulator starts the image's own command as the function's runtime.
ENTRYPOINT ["aws-lambda-rie"]
CMD ["--runtime-interface-emulator-address", "0.0.0.0:8080", \
     "--runtime-api-address", "127.0.0.1:9001", "python", "-m", "app"]

# The last stage is what a plain `docker build .` makes: without the emulator.
FROM service
