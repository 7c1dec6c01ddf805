namespace OpenClaw.Edge.Sandbox;

/// <summary>A call that must be sandboxed cannot be: it is refused and never runs on the host instead. The message has the
/// reason and the fix and is meant for a person.</summary>
public sealed class SandboxUnavailableException(string reason, string fix, Exception? inner = null)
    : Exception($"sandbox unavailable: {reason}. {fix}", inner)
{
    /// <summary>What is wrong, without a full stop.</summary>
    public string Reason { get; } = reason;

    /// <summary>What to do about it, as a sentence.</summary>
    public string Fix { get; } = fix;
}
