namespace OpenClaw.Edge.Providers;

/// <summary>OpenAI's word for a level of reasoning.</summary>
internal static class ReasoningEffort
{
    /// <summary>The word; null leaves the member out.</summary>
    public static string? Of(string? think) => think switch
    {
        null => null,
        "off" or "none" or "minimal" => "minimal",
        "low" or "medium" or "high" => think,
        _ => "high",
    };
}
