# The program alone, for `flaky serve` and everything else:
#   docker build -t flaky .
#   docker run --read-only -p 8080:8080 -v flaky:/data -e FLAKY_WEBHOOK_SECRET=… flaky
#
# With a shell, for CI jobs that name it as their image: docker build --target shell -t flaky:shell .
#
# A release replaces the stage `build` by a directory with the released binaries, for both processors:
#   docker buildx build --build-context build=DIRECTORY …

FROM rust:1-bookworm AS build
ARG TARGETARCH
WORKDIR /flaky
COPY . .
RUN install -D -m 755 "$(packaging/build)" "/image/$TARGETARCH/flaky" \
  && install -D -m 644 -t /image/doc LICENSE-MIT LICENSE-APACHE LICENSE-DEJAVU \
  && mkdir /image/empty

FROM alpine:3 AS shell
ARG TARGETARCH
COPY --from=build /image/$TARGETARCH/flaky /usr/local/bin/
COPY --from=build /image/doc/ /usr/share/doc/flaky/

FROM scratch
ARG TARGETARCH
COPY --from=build /image/$TARGETARCH/flaky /usr/local/bin/
COPY --from=build /image/doc/ /usr/share/doc/flaky/
COPY --from=build --chown=10001:10001 /image/empty/ /data/
USER 10001:10001
# Pictures and the database go here, and so do temporary files if there is no /tmp.
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENV FLAKY_LISTEN=0.0.0.0:8080 FLAKY_DATABASE=sqlite:///data/flaky.db FLAKY_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/usr/local/bin/flaky", "serve", "--probe"]
ENTRYPOINT ["/usr/local/bin/flaky"]
CMD ["serve"]
