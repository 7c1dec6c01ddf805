namespace OpenClaw.Edge.Automation;

/// <summary>What became of an answer.</summary>
/// <param name="Status"><c>delivered</c>, <c>not-delivered</c>, <c>unknown</c> or <c>not-requested</c>.</param>
/// <param name="Error">Why it did not arrive.</param>
/// <param name="Suppressed"><c>silent</c> or <c>empty</c>, when there was nothing to send.</param>
public sealed record CronDelivered(string Status, string? Error = null, string? Suppressed = null)
{
    /// <summary>Nobody wanted it.</summary>
    public static CronDelivered NotRequested { get; } = new("not-requested");

    /// <summary>It arrived.</summary>
    public static CronDelivered Done { get; } = new("delivered");

    /// <summary>It did not arrive.</summary>
    public static CronDelivered Failed(string error) => new("not-delivered", error);
}
