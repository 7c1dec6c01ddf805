namespace OpenClaw.Edge.Agents;

/// <summary>One turn of the past, as a prompt shows it. Immutable.</summary>
/// <param name="FirstSeq">Place of its first row.</param>
/// <param name="LastSeq">Place of its last row.</param>
/// <param name="RunId">Run of its rows; null for a row without one.</param>
/// <param name="Cost">Estimated tokens.</param>
/// <param name="Messages">What was said, oldest first.</param>
/// <param name="IsSummary">Whether it stands for what was before it.</param>
internal sealed record PastTurn(long FirstSeq, long LastSeq, string? RunId, int Cost, PastMessage[] Messages, bool IsSummary = false)
{
    /// <summary>Bytes that it takes, near enough.</summary>
    public int Bytes
    {
        get
        {
            int sum = 120;
            foreach (PastMessage message in Messages)
            {
                sum += message.Bytes;
            }

            return sum;
        }
    }
}
