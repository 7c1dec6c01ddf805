using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Platform;

/// <summary>How <see cref="HostProcess"/> starts a program.</summary>
internal sealed record HostLaunch
{
    /// <summary>The program's arguments; the first is its absolute path.</summary>
    public required string[] Arguments { get; init; }

    /// <summary>Its whole environment, without the marker that is added.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Whether its input can be written to; else it is empty.</summary>
    public bool Input { get; init; }

    /// <summary>Whether it runs in a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>An open directory that the program gets as descriptor 3; the caller's, and open until it has started.</summary>
    public SafeFileHandle? Folder { get; init; }

    /// <summary>Whether standard error comes apart from standard output; never in a terminal.</summary>
    public bool SeparateErrors { get; init; }
}
