# shellcheck shell=bash
# Sourced by install.sh: what is installed, built once into a folder of var/release
# that is named after its sources: both programs, the command line, the portal, sql
# and the .NET runtime they were built for.

readonly kept_releases=3

# What a release is made of; nothing that building leaves behind.
release_sources() {
  find src sql frontend etc/install/release.sh Directory.Build.props Directory.Packages.props global.json \
    \( -name bin -o -name obj -o -name node_modules -o -name dist \) -prune -o -type f -print0 | LC_ALL=C sort -z
}

# release_version - the day of its newest source and a word that differs with any of them.
release_version() {
  local day sum
  day=$(release_sources | xargs -0 stat -c %Y | sort -n | tail -n 1)
  sum=$(release_sources | xargs -0 sha256sum | sha256sum | cut -c1-8)
  echo "$(date -u -d "@$day" +%Y%m%d)-$sum"
}

# need_release - sets release and version. What is built already needs no SDK.
need_release() {
  version=$(release_version)
  release=$var/release/$version
  [[ -d $release ]] && return
  need_sdks
  need_portal
  local part=$release.part project
  rm -rf "$part"
  for project in Backend Frontend Cli; do
    step "publish-$project" "Broker.$project: built for installation" publish "$project" "$part/${project,,}" || exit 1
  done
  step publish-files 'portal, sql, .NET runtime: copied' publish_files "$part" || exit 1
  mv "$part" "$release"
  # shellcheck disable=SC2012  # names of ours
  ls -1dt "$var"/release/*/ | tail -n +$((kept_releases + 1)) | xargs -r rm -rf
}

publish() {
  local status=0
  dotnet publish "src/Broker.$1" -c "$configuration" -o "$2" -v quiet -p:UseAppHost=false -p:DebugType=none || status=$?
  end_compiler
  return "$status"
}

publish_files() {
  local dotnet runtime
  cp -r frontend/dist "$1/frontend/wwwroot" && cp -r sql "$1/sql" || return 1
  # The runtime comes along: the SDK may lie where no service can go, and what was
  # tested is what runs. With a newer .NET, install again.
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  mkdir -p "$1"/dotnet/{host/fxr,shared/Microsoft.NETCore.App,shared/Microsoft.AspNetCore.App} || return 1
  cp "$dotnet/dotnet" "$1/dotnet/" || return 1
  for runtime in host/fxr shared/Microsoft.NETCore.App shared/Microsoft.AspNetCore.App; do
    cp -r "$(printf '%s\n' "$dotnet/$runtime"/10.* | sort -V | tail -n 1)" "$1/dotnet/$runtime/" || return 1
  done
  chmod -R a+rX,go-w "$1"
}
