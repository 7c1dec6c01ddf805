using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>How a model's window is divided in a turn. Tokens are estimated ones, corrected by what the server counted before.</summary>
internal sealed record ContextBudget
{
    private const int SmallestHistory = 512;

    /// <summary>Window in the server's tokens.</summary>
    public required int Window { get; init; }

    /// <summary>Whether somebody knows the window; else it is assumed.</summary>
    public required bool WindowIsKnown { get; init; }

    /// <summary>Kept free for the answer, in the server's tokens.</summary>
    public required int Answer { get; init; }

    /// <summary>Estimated tokens of system prompt and tools.</summary>
    public required int Fixed { get; init; }

    /// <summary>Server's tokens for an estimated one.</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Estimated tokens that messages may take.</summary>
    public int Messages => Math.Max(SmallestHistory, (int)((Window - Answer) / Ratio) - Fixed);

    /// <summary>Share of the window that messages may take, in percent.</summary>
    public int MessagesPercent => (int)Math.Max(0, (((Window - Answer) / Ratio) - Fixed) * Ratio * 100 / Window);

    /// <summary>Divides a window.</summary>
    public static ContextBudget Of(
        int window, bool known, string system, IReadOnlyList<ToolSpec> tools, int? maxAnswerTokens, CompactionConfig compaction, double ratio)
    {
        int answer = Math.Clamp(window / 4, 256, 4096);
        if (compaction.ReserveTokens is > 0 and int reserve)
        {
            answer = Math.Min(reserve, window / 2);
        }

        if (maxAnswerTokens is > 0 and int asked)
        {
            answer = Math.Min(asked, window / 2);
        }

        return new ContextBudget
        {
            Window = window,
            WindowIsKnown = known,
            Answer = answer,
            Fixed = TokenEstimate.Of(new ModelRequest { Model = "", System = system, Messages = [], Tools = tools }),
            Ratio = ratio,
        };
    }
}
