using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Tools;

/// <summary>An open session with one MCP server. Thread-safe. Dispose ends the session and the program. Source: Model Context
/// Protocol 2025-06-18, lifecycle and tools.</summary>
internal sealed class McpClient : IAsyncDisposable
{
    /// <summary>Most tools of one server.</summary>
    public const int MaxTools = 256;

    private const string Version = "2025-06-18";
    private const int MaxPages = 64;
    private const int MaxItems = 1_000;

    private static readonly string[] s_versions = ["2024-11-05", "2025-03-26", Version, "2025-11-25"];

    private readonly string _name;
    private readonly McpWire _wire;
    private readonly McpPeer _peer;
    private readonly TimeSpan _timeout;

    private McpClient(string name, McpWire wire, TimeSpan timeout, Action toolsChanged, TimeProvider time, ILogger logger)
    {
        _name = name;
        _wire = wire;
        _peer = new McpPeer(name, wire, time, logger) { ToolsChanged = toolsChanged };
        _timeout = timeout;
    }

    /// <summary>What the server can do, as of the last look.</summary>
    public McpOffer Offer { get; private set; } = new([], false, false, false, false, false, "");

    /// <summary>Completes with the reason when the server is gone.</summary>
    public Task<McpException> Closed => _peer.Closed;

    /// <summary>Opens a session and asks for the tools. Throws <see cref="McpException"/>.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="wire">The way to it; owned from here on.</param>
    /// <param name="timeout">Most time of one request.</param>
    /// <param name="toolsChanged">Called when the server says that its tools changed; must not block.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<McpClient> OpenAsync(
        string name, McpWire wire, TimeSpan timeout, Action toolsChanged, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var client = new McpClient(name, wire, timeout, toolsChanged, time, logger);
        try
        {
            await wire.OpenAsync(cancellationToken);
            await client.GreetAsync(cancellationToken);
            await client.ListToolsAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for the tools anew.</summary>
    public async Task ListToolsAsync(CancellationToken cancellationToken) =>
        Offer = Offer with { Tools = [.. (await ListAsync("tools", cancellationToken)).Take(MaxTools)] };

    /// <summary>Everything of a list that comes in pages.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string what, CancellationToken cancellationToken)
    {
        List<JsonElement> all = [];
        string? cursor = null;
        for (int page = 0; page < MaxPages && all.Count < MaxItems; page++)
        {
            string? at = cursor;
            JsonElement answer = await CallAsync(
                $"{what}/list",
                json =>
                {
                    if (at is not null)
                    {
                        json.WriteString("cursor"u8, at);
                    }
                },
                cancellationToken);
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(what, out JsonElement items) || items.ValueKind != JsonValueKind.Array)
            {
                throw new McpException(McpFailure.Broken, $"{_name} answered {what}/list without {what}");
            }

            all.AddRange(items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object));
            cursor = answer.TryGetProperty("nextCursor"u8, out JsonElement next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
            if (string.IsNullOrEmpty(cursor) || cursor == at)
            {
                break;
            }
        }

        return all;
    }

    /// <summary>Asks and waits for the answer. Throws <see cref="McpException"/>.</summary>
    public Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken) =>
        _peer.CallAsync(method, parameters, _timeout, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        JsonElement answer = await CallAsync(
            "initialize",
            json =>
            {
                json.WriteString("protocolVersion"u8, Version);
                json.WriteStartObject("capabilities"u8);
                json.WriteEndObject();
                json.WriteStartObject("clientInfo"u8);
                json.WriteString("name"u8, "openclaw-edge"u8);
                json.WriteString("version"u8, typeof(McpClient).Assembly.GetName().Version?.ToString(3) ?? "0");
                json.WriteEndObject();
            },
            cancellationToken);
        string? version = Text(answer, "protocolVersion");
        if (version is null || !s_versions.Contains(version))
        {
            throw new McpException(
                McpFailure.Broken,
                string.Create(CultureInfo.InvariantCulture, $"{_name} speaks version {version ?? "?"} of the Model Context Protocol; known are {string.Join(", ", s_versions)}"));
        }

        _wire.ProtocolVersion = version;
        JsonElement can = Member(answer, "capabilities");
        JsonElement info = Member(answer, "serverInfo");
        Offer = new McpOffer(
            [], Has(can, "resources"), Has(can, "prompts"), Changes(can, "tools"), Changes(can, "resources"), Changes(can, "prompts"),
            $"{Text(info, "name")} {Text(info, "version")}".Trim());
        await _peer.NotifyAsync("notifications/initialized", null, cancellationToken);
        if (Offer.ToolsChange)
        {
            _wire.Listen();
        }
    }

    private static bool Has(JsonElement can, string what) => Member(can, what).ValueKind == JsonValueKind.Object;

    private static bool Changes(JsonElement can, string what) => Member(Member(can, what), "listChanged").ValueKind == JsonValueKind.True;

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
