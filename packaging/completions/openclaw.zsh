#compdef openclaw
# openclaw completion for zsh:  source <(openclaw completion zsh)
_openclaw() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#candidates} )); then _describe 'openclaw' candidates; else _files; fi
}
if [ "$funcstack[1]" = "_openclaw" ]; then _openclaw "$@"; else compdef _openclaw openclaw; fi
