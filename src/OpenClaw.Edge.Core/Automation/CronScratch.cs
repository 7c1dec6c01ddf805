namespace OpenClaw.Edge.Automation;

/// <summary>Private notes of a job, and their revision, which grows with every change and with every time they are cleared.</summary>
/// <param name="content">Text; null when there is none.</param>
/// <param name="revision">0 when nothing was ever written.</param>
/// <param name="updatedAtMs">When, in epoch milliseconds.</param>
/// <param name="hasJob">Whether the job is there.</param>
public sealed class CronScratch(string? content, long revision, long updatedAtMs, bool hasJob)
{
    /// <summary>Bytes at most, as UTF-8.</summary>
    public const int MaxBytes = 262_144; // the original's

    /// <summary>Text; null when there is none.</summary>
    public string? Content => content;

    /// <summary>0 when nothing was ever written.</summary>
    public long Revision => revision;

    /// <summary>When, in epoch milliseconds.</summary>
    public long UpdatedAtMs => updatedAtMs;

    /// <summary>Whether the job is there.</summary>
    public bool HasJob => hasJob;
}
