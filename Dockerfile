# The program, for `flaky serve` and for CI jobs.
#   docker build -t flaky .
#   docker run -p 8080:8080 -v flaky:/data -e FLAKY_WEBHOOK_SECRET=… flaky

FROM rust:1-bookworm AS build
WORKDIR /flaky
COPY . .
RUN cargo build --locked --release

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates zlib1g \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --create-home flaky \
  && install -d -o flaky /data
COPY --from=build /flaky/target/release/flaky /usr/local/bin/flaky
COPY LICENSE-MIT LICENSE-APACHE LICENSE-DEJAVU /usr/share/doc/flaky/
USER flaky
VOLUME /data
EXPOSE 8080
ENV FLAKY_LISTEN=0.0.0.0:8080 FLAKY_DATABASE=sqlite:///data/flaky.db FLAKY_LOG_FORMAT=json
ENTRYPOINT ["flaky"]
CMD ["serve"]
