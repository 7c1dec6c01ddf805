namespace OpenClaw.Edge.Automation;

/// <summary>A job or a change of one that cannot be taken; the message says what is wrong and how to fix it.</summary>
public sealed class CronInputException : Exception
{
    /// <summary>Refuses a value inside the params.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="isParams">Whether it is a matter of form, which answers as invalid params.</param>
    public CronInputException(string message, bool isParams = true)
        : base(message) => IsParams = isParams;

    /// <summary>Whether it is a matter of form.</summary>
    public bool IsParams { get; }

    /// <summary>Whether the original answers it as a failure of its own when a job is added.</summary>
    public bool IsUnavailable { get; private init; }

    /// <summary>Refuses parts that do not go together.</summary>
    public static CronInputException Unavailable(string message) => new(message) { IsUnavailable = true };
}
