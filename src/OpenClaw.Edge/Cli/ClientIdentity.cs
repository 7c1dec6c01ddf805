using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Cli;

/// <summary>The key by which gateways on other machines know this one, and the tokens they have given it. Both are files in
/// <c>identity/</c> of the state directory, for their owner's eyes only.</summary>
public sealed class ClientIdentity
{
    private const int MaxTokens = 64;

    private readonly DeviceKey _key;
    private readonly string _tokensPath;
    private readonly TimeProvider _clock;

    private ClientIdentity(DeviceKey key, string tokensPath, TimeProvider clock)
    {
        _key = key;
        _tokensPath = tokensPath;
        _clock = clock;
    }

    /// <summary>What this machine calls its system.</summary>
    public static string Platform { get; } = OperatingSystem.IsLinux() ? "linux" : RuntimeInformation.OSDescription;

    /// <summary>The machine's id.</summary>
    public string DeviceId => _key.DeviceId;

    /// <summary>The public key.</summary>
    public string PublicKey => _key.PublicKey;

    /// <summary>Opens the key, and makes one the first time if it may. Null where there is none, and where libcrypto is missing. Throws <see cref="CliException"/> when the
    /// files cannot be used.</summary>
    public static ClientIdentity? Open(string stateDir, TimeProvider clock, bool mayMake = true)
    {
        string folder = Path.Combine(stateDir, "identity");
        string path = Path.Combine(folder, "device.key");
        try
        {
            byte[] seed;
            if (File.Exists(path))
            {
                seed = File.ReadAllBytes(path);
            }
            else if (!mayMake)
            {
                return null;
            }
            else
            {
                seed = RandomNumberGenerator.GetBytes(Ed25519Key.SeedBytes);
                AtomicFile.CreateFolder(folder);
                AtomicFile.Write(path, seed);
            }

            return seed.Length != Ed25519Key.SeedBytes
                ? throw new CliException(ExitCode.Failed, $"{path} is no key of this machine; move it away, and pair again")
                : DeviceKey.FromSeed(seed) is { } key ? new ClientIdentity(key, Path.Combine(folder, "tokens.json"), clock) : null;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{path} cannot be used: {unusable.Message}");
        }
    }

    /// <summary>The token that a gateway has given for a role; null when there is none.</summary>
    public string? TokenFor(GatewayTarget target, string role) => Tokens().GetValueOrDefault(NameOf(target, role));

    /// <summary>Keeps the tokens of a greeting. A file that cannot be written is left: then the secret is needed again.</summary>
    internal void Keep(GatewayTarget target, JsonElement auth)
    {
        Dictionary<string, string> tokens = Tokens();
        bool changed = Add(auth);
        foreach (JsonElement more in auth.Items("deviceTokens"))
        {
            changed |= Add(more);
        }

        if (!changed)
        {
            return;
        }

        try
        {
            AtomicFile.Write(_tokensPath, System.Text.Encoding.UTF8.GetBytes(JsonText.Write(json =>
            {
                json.WriteStartObject();
                foreach ((string name, string token) in tokens.TakeLast(MaxTokens))
                {
                    json.WriteString(name, token);
                }

                json.WriteEndObject();
            })));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // the next connection asks for the secret
        }

        bool Add(JsonElement given)
        {
            if (given.Text("deviceToken") is not { } token || given.Text("role") is not { } role || tokens.GetValueOrDefault(NameOf(target, role)) == token)
            {
                return false;
            }

            tokens[NameOf(target, role)] = token;
            return true;
        }
    }

    /// <summary>Writes the member <c>device</c> of the introduction, signed with the challenge.</summary>
    internal void Write(Utf8JsonWriter json, GatewayConnectOptions options, string token, JsonElement challenge)
    {
        string nonce = challenge.Text("nonce") ?? "";
        long signedAt = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (challenge.Number("ts") is { } theirs && Math.Abs(theirs - signedAt) > 60_000)
        {
            signedAt = theirs; // a box without a battery clock is still let in
        }

        json.WriteStartObject("device"u8);
        json.WriteString("id"u8, DeviceId);
        json.WriteString("publicKey"u8, PublicKey);
        json.WriteString("signature"u8, _key.Sign(new DeviceProof
        {
            DeviceId = DeviceId,
            PublicKey = PublicKey,
            Signature = "",
            SignedAtMs = signedAt,
            Nonce = nonce,
            ClientId = options.ClientId,
            ClientMode = options.Mode,
            Role = options.Role,
            Scopes = options.Scopes,
            Token = token,
            Platform = Platform,
        }));
        json.WriteNumber("signedAt"u8, signedAt);
        json.WriteString("nonce"u8, nonce);
        json.WriteEndObject();
    }

    private static string NameOf(GatewayTarget target, string role) => $"{target.Uri.Authority} {role}";

    private Dictionary<string, string> Tokens()
    {
        Dictionary<string, string> tokens = new(StringComparer.Ordinal);
        try
        {
            if (File.Exists(_tokensPath))
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(_tokensPath));
                foreach (JsonProperty token in document.RootElement.EnumerateObject())
                {
                    tokens[token.Name] = token.Value.GetString() ?? "";
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // as if there were none: the secret is asked for again
        }

        return tokens;
    }
}
