using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>A command that a job runs.</summary>
internal sealed class CronCommand
{
    private const int MaxBytes = 1 << 20; // guess: of each output, in memory

    /// <summary>Line for the shell.</summary>
    public required string Line { get; init; }

    /// <summary>Folder; null is the agent's workspace.</summary>
    public string? Cwd { get; init; }

    /// <summary>Variables.</summary>
    public JsonElement? Env { get; init; }

    /// <summary>What it reads; null is nothing.</summary>
    public Stream? Input { get; init; }

    /// <summary>Seconds that it may take; zero is as long as it likes.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds that it may be silent; zero is as long as it likes.</summary>
    public double SilentSeconds { get; init; }

    /// <summary>Bytes that are kept of each output, the last ones.</summary>
    public int KeptBytes { get; init; } = 64 * 1024;

    /// <summary>Whether it is the source of a job.</summary>
    public bool IsWatch { get; init; }

    /// <summary>Sees its output as it comes; must not block.</summary>
    public Action<ReadOnlySpan<byte>, bool>? OnOutput { get; init; }

    /// <summary>Told when it runs.</summary>
    public Action? OnStarted { get; init; }

    /// <summary>Of a payload.</summary>
    public static CronCommand Of(CronPayload payload) => new()
    {
        Line = LineOf(payload.Argv ?? []),
        Cwd = payload.Cwd,
        Env = payload.Env,
        Input = payload.Input is { } input ? new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input), writable: false) : null,
        Seconds = payload.TimeoutSeconds ?? 600, // the original's
        SilentSeconds = payload.NoOutputTimeoutSeconds ?? 0,
        KeptBytes = (int)Math.Min(payload.OutputMaxBytes ?? 64 * 1024, MaxBytes),
    };

    /// <summary>One shell line of the words; a line that was given to a shell is that line, so that a rule of the allowlist fits it.</summary>
    public static string LineOf(IReadOnlyList<string> argv) =>
        argv is ["sh", "-lc" or "-c", { } line] ? line : string.Join(' ', argv.Select(Quote));

    /// <summary>The words of an array of JSON as one line.</summary>
    public static string LineOf(JsonElement argv) => LineOf([.. argv.EnumerateArray().Select(word => word.GetString() ?? "")]);

    public static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./:=@%+,".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
