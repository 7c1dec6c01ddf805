using OpenClaw.Edge.Care;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>What one check of <c>openclaw doctor</c> found.</summary>
/// <param name="CheckId">Stable name for scripts, such as <c>edge/doctor/config</c>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What is so, and where.</param>
/// <param name="FixHint">What to do about it.</param>
internal sealed record Finding(string CheckId, FindingSeverity Severity, string Message, string? FixHint = null)
{
    /// <summary>Configuration path, when it is about one.</summary>
    public string? Path { get; init; }

    /// <summary>Repairs it, and can be taken back; null when a person has to.</summary>
    public Repair? Repair { get; init; }

    public static Finding Ok(string checkId, string message) => new(checkId, FindingSeverity.Ok, message);
}
