namespace OpenClaw.Edge.Tools;

/// <summary>How a request ended.</summary>
/// <param name="Word"><c>allow-once</c>, <c>allow-always</c> or <c>deny</c>; null when nobody said anything.</param>
/// <param name="By">Who decided; null when nobody did.</param>
/// <param name="Reason"><c>decided</c>, <c>timeout</c>, <c>no-approver</c> or <c>cancelled</c>.</param>
/// <param name="AtMs">Epoch milliseconds.</param>
public sealed record ApprovalDecision(string? Word, string? By, string Reason, long AtMs)
{
    /// <summary>Whether the command may run.</summary>
    public bool Allows => Word is "allow-once" or "allow-always";
}
