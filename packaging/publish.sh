#!/usr/bin/env bash
# Builds the native binary: one stripped file, SQLite inside.
#   bash packaging/publish.sh [RID]     RID: linux-x64 or linux-arm64, by default this machine's
# Result: artifacts/bin/openclaw. EDGE_PUBLISH_FRAMEWORK=net9.0|net10.0 skips the question which framework it can be.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-$(uname -m)}" in
  linux-x64 | x86_64) rid=linux-x64 ;;
  linux-arm64 | aarch64) rid=linux-arm64 ;;
  *) echo "publish.sh: '${1:-$(uname -m)}' is not a platform of this project; use linux-x64 or linux-arm64" >&2; exit 2 ;;
esac

bash packaging/native-tools.sh

# The net10.0 pack with the native runtime is missing from some package mirrors, net9.0 brings it inside ILCompiler:
# a project of three lines tells which it is. The answer is kept beside the build for a day.
restores_net10() {
  local probe
  probe=$(mktemp -d)
  # shellcheck disable=SC2064 # the directory of this call
  trap "rm -rf '$probe'" RETURN
  cat >"$probe/probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <RuntimeIdentifier>$rid</RuntimeIdentifier>
    <PublishAot>true</PublishAot>
  </PropertyGroup>
</Project>
PROJECT
  timeout 120 dotnet restore "$probe/probe.csproj" -v q -nologo >/dev/null 2>&1 </dev/null
}

framework=${EDGE_PUBLISH_FRAMEWORK:-}
why="EDGE_PUBLISH_FRAMEWORK says so"
if [ -z "$framework" ]; then
  kept=artifacts/aot/framework-$rid
  if [ -n "$(find "$kept" -mmin -1440 2>/dev/null)" ]; then
    framework=$(cat "$kept")
  else
    if restores_net10; then framework=net10.0; else framework=net9.0; fi
    mkdir -p artifacts/aot
    echo "$framework" >"$kept"
  fi
  case "$framework" in
    net10.0) why="the native runtime pack of net10.0 restores here" ;;
    *) why="the native runtime pack of net10.0 (Microsoft.NETCore.App.Runtime.NativeAOT.$rid) does not restore here" ;;
  esac
fi
echo "Publishing for $rid on $framework: $why"

compiler=gcc
if [ "$rid" = linux-arm64 ] && [ "$(uname -m)" != aarch64 ]; then compiler=aarch64-linux-gnu-gcc; fi
archive=$("$compiler" -print-file-name=libsqlite3.a)
[ -f "$archive" ] || { echo "publish.sh: no libsqlite3.a for $rid; install libsqlite3-dev" >&2; exit 1; }

# The lock files of the native build are kept per framework and platform. They name the compiler that the SDK of their day brings: with another
# one, or on another platform, the restore is not locked, and says so.
lock=packages.$framework-$rid.lock.json
compiler_version=$(dotnet msbuild src/OpenClaw.Edge -nologo -getItem:KnownILCompilerPack -p:EdgePublishAot=true </dev/null | tr -d ' \n' |
  grep -o "\"TargetFramework\":\"$framework\"[^{}]*" | sed -n 's/.*"ILCompilerPackVersion":"\([^"]*\)".*/\1/p') || compiler_version=unknown
locked=true
if ! grep -qF "\"runtime.$rid.Microsoft.DotNet.ILCompiler\": \"$compiler_version\"" "src/OpenClaw.Edge/$lock" 2>/dev/null; then
  locked=false
  lock=obj/$lock
  echo "publish.sh: no committed lock for $framework, $rid and the compiler $compiler_version of this SDK, restoring without one" >&2
fi

out=artifacts/publish
rm -rf "$out"
# The analyzers have their say in the build of tests/run.sh; here they would take two thirds of the time.
dotnet publish src/OpenClaw.Edge -c Release -r "$rid" -v q -nologo -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
  -p:EdgeTargetFramework="$framework" -p:EdgePublishAot=true -p:RestoreLockedMode="$locked" -p:NuGetLockFilePath="$lock" \
  -p:UseArtifactsOutput=true -p:ArtifactsPath="$PWD/artifacts/aot" -p:EdgeSqliteArchive="$archive" -o "$out" </dev/null

rm -rf artifacts/bin
mkdir -p artifacts/bin
install -m 0755 "$out/openclaw" artifacts/bin/openclaw
sync artifacts/bin/openclaw # pages of a file not yet on disk count as dirty memory of whoever runs it
echo "artifacts/bin/openclaw: $(stat -c %s artifacts/bin/openclaw) bytes, $framework, $rid"
