namespace OpenClaw.Edge.Sessions;

/// <summary>How much was said. Not thread-safe.</summary>
public sealed class MessageCounts
{
    /// <summary>Messages of people.</summary>
    public long User { get; set; }

    /// <summary>Messages of models.</summary>
    public long Assistant { get; set; }

    /// <summary>Calls of tools.</summary>
    public long ToolCalls { get; set; }

    /// <summary>Results of tools.</summary>
    public long ToolResults { get; set; }

    /// <summary>Results that say so, and answers that ended in an error, an abort or a timeout.</summary>
    public long Errors { get; set; }

    /// <summary>Messages of people and models.</summary>
    public long Total => User + Assistant;

    /// <summary>Adds others.</summary>
    public void Add(MessageCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        User += other.User;
        Assistant += other.Assistant;
        ToolCalls += other.ToolCalls;
        ToolResults += other.ToolResults;
        Errors += other.Errors;
    }
}
