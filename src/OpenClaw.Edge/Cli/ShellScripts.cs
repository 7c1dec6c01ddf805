namespace OpenClaw.Edge.Cli;

/// <summary>Scripts that make a shell ask this executable what may come next. The commands are in the executable only,
/// so that a script stays right when the executable is replaced.</summary>
internal static class ShellScripts
{
    /// <summary>Shells that there is a script for.</summary>
    public static readonly IReadOnlyList<string> Shells = ["bash", "zsh", "fish"];

    private const string Bash =
        """
        # openclaw completion for bash:  source <(openclaw completion bash)
        _openclaw() {
          local line
          COMPREPLY=()
          while IFS= read -r line; do
            COMPREPLY+=("${line%%$'\t'*}")
          done < <("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -o default -F _openclaw openclaw
        """;

    private const string Zsh =
        """
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
        """;

    private const string Fish =
        """
        # openclaw completion for fish:  openclaw completion fish | source
        complete -c openclaw -f -a '(set -l words (commandline -opc); openclaw __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)'
        """;

    /// <summary>The script for a shell, or null for a shell that is not known.</summary>
    public static string? For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => null,
    };
}
