namespace OpenClaw.Edge.Automation;

/// <summary>A webhook that is not obeyed; the message goes to the sender.</summary>
public sealed class HookRefusedException(string message, int status = 400) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;
}
