using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Params of <c>connect</c>. Source: docs/protocol.md, connect params.</summary>
public sealed record ConnectParams
{
    private static readonly ParamSchema Root = ParamSchema.Parse(
        "minProtocol!:int(1..) maxProtocol!:int(1..) client!:obj role:str scopes:strs caps:strs commands:strs " +
        "permissions:obj auth:obj device:obj modelCatalog:obj locale:str userAgent:str …");

    private static readonly ParamSchema ClientRules = ParamSchema.Parse(
        "id!:webchat-ui|openclaw-control-ui|openclaw-browser-copilot|openclaw-tui|webchat|cli|gateway-client|" +
        "openclaw-macos|openclaw-linux|openclaw-ios|openclaw-watchos|openclaw-android|node-host|openclaw-worker|test|" +
        "fingerprint|openclaw-probe version!:str1 platform!:str1 mode!:webchat|cli|ui|backend|node|worker|probe|test " +
        "displayName:str buildId:str(96) deviceFamily:str modelIdentifier:str timeZone:str(64) instanceId:str …");

    private static readonly ParamSchema DeviceRules = ParamSchema.Parse(
        "id!:str1 publicKey!:str1 signature!:str1 signedAt!:int(0..) nonce!:str1 …");

    private static readonly ParamSchema AuthRules = ParamSchema.Parse(
        "token:str password:str deviceToken:str bootstrapToken:str …");

    private static readonly ParamSchema ModelCatalogRules = ParamSchema.Parse(
        "agentId:str1 sessionKey:str1(512) shortId:str1 slugHint:str …");

    /// <summary>Oldest version the client speaks.</summary>
    public required int MinProtocol { get; init; }

    /// <summary>Newest version the client speaks.</summary>
    public required int MaxProtocol { get; init; }

    /// <summary>Who connects.</summary>
    public required ConnectClient Client { get; init; }

    /// <summary><c>operator</c> or <c>node</c>; whatever was sent.</summary>
    public string Role { get; init; } = "operator";

    /// <summary>Scopes asked for, as sent.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>What the client can do with events.</summary>
    public IReadOnlyList<string> Caps { get; init; } = [];

    /// <summary>What a node can do.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>What the owner of a node allows it; entries that are not true or false are left out.</summary>
    public IReadOnlyDictionary<string, bool> Permissions { get; init; } = new Dictionary<string, bool>();

    /// <summary>Credentials.</summary>
    public ConnectAuth Auth { get; init; } = new(null, null, null, null);

    /// <summary>Device identity; null when none was sent.</summary>
    public ConnectDevice? Device { get; init; }

    /// <summary>Models that the client wants to hear of at once; null for none.</summary>
    public ModelCatalogWish? ModelCatalog { get; init; }

    /// <summary>Reads the params; <paramref name="problem"/> says what is wrong. Never throws on input.</summary>
    public static ConnectParams? Read(JsonElement value, out string? problem)
    {
        problem = Root.Check(value)
            ?? Nested(value, "client", ClientRules)
            ?? Nested(value, "device", DeviceRules)
            ?? Nested(value, "auth", AuthRules)
            ?? Nested(value, "modelCatalog", ModelCatalogRules);
        return problem is null
            ? new ConnectParams
            {
                MinProtocol = Whole(value, "minProtocol"),
                MaxProtocol = Whole(value, "maxProtocol"),
                Client = ReadClient(value.GetProperty("client")),
                Role = Text(value, "role") ?? "operator",
                Scopes = Texts(value, "scopes"),
                Caps = Texts(value, "caps"),
                Commands = Texts(value, "commands"),
                Permissions = Flags(value, "permissions"),
                Auth = ReadAuth(value),
                Device = ReadDevice(value),
                ModelCatalog = ReadModelCatalog(value),
            }
            : null;
    }

    // /client/mode instead of /mode
    private static string? Nested(JsonElement value, string name, ParamSchema rules) =>
        value.TryGetProperty(name, out JsonElement inner)
            ? rules.Check(inner)?.Replace("at /", $"at /{name}/", StringComparison.Ordinal)
            : null;

    private static ConnectClient ReadClient(JsonElement client) => new()
    {
        Id = Text(client, "id")!,
        Version = Text(client, "version")!,
        Platform = Text(client, "platform")!,
        Mode = Text(client, "mode")!,
        DisplayName = Text(client, "displayName"),
        DeviceFamily = Text(client, "deviceFamily"),
        ModelIdentifier = Text(client, "modelIdentifier"),
        TimeZone = Text(client, "timeZone"),
        InstanceId = Text(client, "instanceId"),
    };

    private static ConnectAuth ReadAuth(JsonElement value) =>
        value.TryGetProperty("auth", out JsonElement auth)
            ? new(Text(auth, "token"), Text(auth, "password"), Text(auth, "deviceToken"), Text(auth, "bootstrapToken"))
            : new(null, null, null, null);

    private static ConnectDevice? ReadDevice(JsonElement value) =>
        value.TryGetProperty("device", out JsonElement device)
            ? new(
                Text(device, "id")!,
                Text(device, "publicKey")!,
                Text(device, "signature")!,
                (long)device.GetProperty("signedAt").GetDouble(),
                Text(device, "nonce") ?? "")
            : null;

    private static ModelCatalogWish? ReadModelCatalog(JsonElement value) =>
        value.TryGetProperty("modelCatalog", out JsonElement wish)
            ? new(Text(wish, "agentId"), Text(wish, "sessionKey"), Text(wish, "shortId"), Text(wish, "slugHint"))
            : null;

    private static int Whole(JsonElement value, string name) =>
        (int)Math.Clamp(value.GetProperty(name).GetDouble(), int.MinValue, int.MaxValue);

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    private static Dictionary<string, bool> Flags(JsonElement value, string name)
    {
        var flags = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (value.TryGetProperty(name, out JsonElement members))
        {
            foreach (JsonProperty member in members.EnumerateObject())
            {
                if (member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                {
                    flags[member.Name] = member.Value.GetBoolean();
                }
            }
        }

        return flags;
    }

    private static string[] Texts(JsonElement value, string name)
    {
        if (!value.TryGetProperty(name, out JsonElement list))
        {
            return [];
        }

        var texts = new string[list.GetArrayLength()];
        for (int index = 0; index < texts.Length; index++)
        {
            texts[index] = list[index].GetString()!;
        }

        return texts;
    }
}
