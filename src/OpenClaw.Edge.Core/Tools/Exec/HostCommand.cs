using System.Globalization;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>A shell command as it is started on this machine.</summary>
internal sealed record HostCommand
{
    // $1 the directory, $2 the most tasks of the user, then the program. A shell sets what must hold before the command's
    // first instruction: the directory, no core files, a ceiling for fork bombs, and first in line when memory runs out.
    // `ulimit -p` is dash's name for -u.
    private const string Preamble =
        "cd -P -- \"$1\" || exit 126; exec 3>&-; { ulimit -c 0; ulimit -u \"$2\" || ulimit -p \"$2\"; echo 500 >/proc/self/oom_score_adj; } "
        + "2>/dev/null; shift 2; exec \"$@\"";

    /// <summary>What the shell runs.</summary>
    public required string Text { get; init; }

    /// <summary>Absolute path of the directory it starts in.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory, held open so that it is that one whatever its path names by now; null goes by the path.</summary>
    public SafeFileHandle? Folder { get; init; }

    /// <summary>Looks once more, last before the start; a sentence stops it.</summary>
    public Func<string?>? Recheck { get; init; }

    /// <summary>Its whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Absolute path of the shell.</summary>
    public string Shell { get; init; } = "/bin/sh";

    /// <summary>Whether its input can be written to; else it is empty.</summary>
    public bool Input { get; init; }

    /// <summary>Whether it runs in a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>Most tasks that the user may have while it runs; the kernel does not hold root to it.</summary>
    public int MaxTasks { get; init; } = 4096;

    /// <summary>Sees the output too, with standard error apart; null leaves them one stream.</summary>
    public Action<ReadOnlySpan<byte>, bool>? Tap { get; init; }

    /// <summary>How it is started.</summary>
    public HostLaunch Launch() => new()
    {
        Arguments =
            ["/bin/sh", "-c", Preamble, "sh", Folder is null ? Directory : "/proc/self/fd/3", MaxTasks.ToString(CultureInfo.InvariantCulture), Shell, "-c", Text],
        Environment = Environment,
        Folder = Folder,
        Input = Input,
        Terminal = Terminal,
        SeparateErrors = Tap is not null,
    };
}
