#!/bin/sh
# Everything in the dev container listens on loopback; published ports arrive at the container's own address. Joins the two.
set -e
address=$(hostname -i | cut -d ' ' -f 1)
for port in 7100 7101 7102 7103; do
  socat "TCP-LISTEN:$port,bind=$address,fork,reuseaddr" "TCP:127.0.0.1:$port" &
done
exec "$@"
