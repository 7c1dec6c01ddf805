using System.Text;

namespace OpenClaw.Edge.Configuration;

/// <summary>One load of the configuration, good or bad. Immutable.</summary>
public sealed record ConfigSnapshot
{
    private string? _hash;

    /// <summary>Values with defaults filled in; all defaults when the file could not be read at all.</summary>
    public required EdgeConfig Config { get; init; }

    /// <summary>The resolved configuration as canonical UTF-8 JSON: includes merged, variables replaced, aliases moved.
    /// Holds secrets; see <see cref="ConfigRedaction"/> before it leaves the process.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>The main file as it was read; empty when there is none.</summary>
    public required string Raw
    {
        get;
        init
        {
            field = value;
            _hash = null;
        }
    }

    /// <summary>Where the main file is or would be.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the file is there.</summary>
    public required bool Exists { get; init; }

    /// <summary><c>hmac-sha256:v1:…</c> over <see cref="Raw"/> under a key of this process: equal text, equal hash; says
    /// nothing to others. Made when it is first asked for: a command that only reads does without a cryptographic library.</summary>
    public string Hash => _hash ??= ConfigHash.Of(Encoding.UTF8.GetBytes(Raw));

    /// <summary>Everything found, worst first.</summary>
    public required IReadOnlyList<ConfigProblem> Problems { get; init; }

    /// <summary>Whether a gateway may run with it: no <see cref="ProblemSeverity.Fatal"/> among the problems.</summary>
    public required bool Valid { get; init; }

    /// <summary>Files pulled in by <c>$include</c>, absolute.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>Whether <see cref="Config"/> is the last good copy because the file itself is broken.</summary>
    public bool FromLastGood { get; init; }

    /// <summary>The environment with <c>.env</c> files and <c>env.vars</c> added; what providers and tools should read.</summary>
    public required ProcessEnvironment Environment { get; init; }
}
