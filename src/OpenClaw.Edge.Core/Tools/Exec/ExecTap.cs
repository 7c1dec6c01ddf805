namespace OpenClaw.Edge.Tools;

/// <summary>What a caller inside the gateway wants of a command that it starts.</summary>
internal sealed class ExecTap
{
    /// <summary>Gets output as it comes; the flag says standard error. Must not block.</summary>
    public required Action<ReadOnlySpan<byte>, bool> OnOutput { get; init; }

    /// <summary>Read to its end and passed on; null is an empty input.</summary>
    public Stream? Input { get; init; }

    /// <summary>Whether it is the source of a job, which may run for days.</summary>
    public bool IsWatch { get; init; }
}
