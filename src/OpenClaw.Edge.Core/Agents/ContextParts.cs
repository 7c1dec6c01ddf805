namespace OpenClaw.Edge.Agents;

/// <summary>What turns share to keep their prompts within the window.</summary>
/// <param name="History">Past turns.</param>
/// <param name="Pruning">Old tool results.</param>
/// <param name="Compactor">Summaries.</param>
/// <param name="Calibration">What servers count.</param>
/// <param name="IsActive">Whether a run waits or runs.</param>
internal sealed record ContextParts(
    HistoryReader History, ResultPruning Pruning, Compactor Compactor, TokenCalibration Calibration, Func<string, bool> IsActive)
{
    /// <summary>How full windows were.</summary>
    public ContextReports Reports { get; } = new();
}
