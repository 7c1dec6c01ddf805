namespace OpenClaw.Edge.Automation;

/// <summary>A run that a command of the gateway asks for: it has ended, or it has printed something.</summary>
internal sealed class CronFire
{
    /// <summary>The run did its work.</summary>
    public const string Fired = "fired";

    /// <summary>It did not happen: the job is gone, off or another by now.</summary>
    public const string NotRun = "not-run";

    /// <summary>It could not happen now.</summary>
    public const string Busy = "busy";

    /// <summary>Whether a job is still the one that it is for.</summary>
    public required Func<CronJob, bool> IsCurrent { get; init; }

    /// <summary>Lines for the job's condition and for its payload; null means <see cref="Text"/>.</summary>
    public string? Batch { get; init; }

    /// <summary>What is put behind the payload's own text.</summary>
    public string? Text { get; init; }

    /// <summary>Whether the job is switched off when it starts.</summary>
    public bool SwitchesOff { get; init; }

    /// <summary>Whether its run was begun once. Then the job is as that left it, and is run whatever it is now.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Completes with one of the words, <c>error</c> or <c>dropped</c>.</summary>
    public TaskCompletionSource<string> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The job as it runs for this.</summary>
    public CronJob On(CronJob job) => job with { Batch = Batch, Payload = Text is null ? job.Payload : job.Payload.With(Text) };

    public static string DispositionOf(CronOutcome outcome) => outcome.IsBusy ? Busy
        : outcome.Status == "error" ? "error"
        : outcome.Status != "ok" || outcome.Fired == false ? "dropped"
        : Fired;
}
