# openclaw completion for fish:  openclaw completion fish | source
complete -c openclaw -f -a '(set -l words (commandline -opc); openclaw __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)'
