using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Gateway.Methods;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>What the next start is to tell a session: that the configuration was changed, and the note of who did it. One file of the state
/// directory, <c>restart-sentinel.json</c>; the last one counts. On disk before the change is answered; told once.</summary>
internal sealed partial class RestartSentinel(GatewayRuntime runtime)
{
    private const int MaxBytes = 256 * 1024; // guess: a note of a person

    private readonly string _path = Path.Combine(runtime.Paths.StateDir, "restart-sentinel.json");
    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Gateway");

    /// <summary>Leaves one; false when the disk did not take it.</summary>
    public bool Write(ReadOnlySpan<byte> payload)
    {
        try
        {
            AtomicFile.Write(_path, payload);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, refused.Message);
            return false;
        }
    }

    /// <summary>Tells what was left, if anything: into the session as a message, and to its agent as a note that wakes it.</summary>
    public async Task TellAsync(ChatInjection messages, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            return;
        }

        byte[]? left = await ReadAsync(cancellationToken);
        using JsonDocument? payload = left is null ? null : ConfigText.Parse(left);
        if (payload?.RootElement is { ValueKind: JsonValueKind.Object } told && Text(told, "message") + Text(told, "sessionKey") is { Length: > 0 })
        {
            string text = MessageOf(told);
            string main = SessionKey.Main(runtime.Agents().Default.Id).Text;
            bool named = Text(told, "sessionKey").Length > 0;
            if (SessionTarget.TryParse(named ? Text(told, "sessionKey") : main, null, runtime.Agents(), out SessionKey key, out _))
            {
                if (named && runtime.Sessions.Find(key) is not null)
                {
                    string ts = told.TryGetProperty("ts", out JsonElement at) ? at.GetRawText() : "0";
                    await messages.PutAsync(key, text, cancellationToken, $"restart-sentinel-notice:{key.Text}:{ts}");
                }

                runtime.Heartbeat.Note(key, text, "restart-sentinel", now: true);
                Log.Told(_logger, key.Text);
            }
        }

        File.Delete(_path); // last: a power cut before this tells the agent again, and the session never twice
    }

    // The original's words: its clients and its skills know them.
    private static string MessageOf(JsonElement told)
    {
        JsonElement stats = told.TryGetProperty("stats", out JsonElement object_) ? object_ : default;
        bool isObject = stats.ValueKind == JsonValueKind.Object;
        string mode = isObject && Text(stats, "mode") is { Length: > 0 } named ? $" ({named})" : "";
        bool required = isObject && stats.TryGetProperty("requiresRestart", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        StringBuilder text = new(required ? $"Gateway restart required{mode}" : $"Gateway restart {Text(told, "kind")} {Text(told, "status")}{mode}");
        foreach (string line in (ReadOnlySpan<string>)["message", "doctorHint"])
        {
            if (Text(told, line) is { Length: > 0 } more)
            {
                text.Append('\n').Append(more);
            }
        }

        return text.ToString();
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";

    private async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(_path).Length <= MaxBytes ? await File.ReadAllBytesAsync(_path, cancellationToken) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, unreadable.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2143, LogLevel.Warning, "restart-sentinel.json: {Reason} The session will not hear of the change after the next start.")]
        public static partial void NotKept(ILogger logger, string reason);

        [LoggerMessage(2144, LogLevel.Information, "Told {SessionKey} what the start before had left.")]
        public static partial void Told(ILogger logger, string sessionKey);
    }
}
