using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Tools;

/// <summary>The guard's answer for one start of a command. Dispose when the command has started, or will not.</summary>
public sealed class ExecClearance : IDisposable
{
    private readonly ExecBinding? _binding;

    internal ExecClearance(string refusal)
    {
        Refusal = refusal;
        Text = "";
        Recheck = () => refusal;
    }

    internal ExecClearance(string text, ExecBinding? binding, Func<string?> recheck)
    {
        _binding = binding;
        Text = text;
        Recheck = recheck;
    }

    /// <summary>A sentence for the model when it may not run; else null.</summary>
    public string? Refusal { get; }

    /// <summary>What the shell is given: the command, its programs written as the paths that were judged.</summary>
    public string Text { get; }

    /// <summary>The directory that was judged, open; null when nothing was bound.</summary>
    public SafeFileHandle? Folder => _binding?.Folder;

    /// <summary>Looks again; called last before the start. Null when all is as it was judged, else a sentence.</summary>
    public Func<string?> Recheck { get; }

    /// <inheritdoc />
    public void Dispose() => _binding?.Dispose();
}
