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
}
