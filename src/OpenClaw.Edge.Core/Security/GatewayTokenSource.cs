using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Finds the shared secret: flag, environment, configuration, systemd credential, file; makes one at first start.</summary>
public static class GatewayTokenSource
{
    private const int GeneratedBytes = 32;
    private const int MaxSecretBytes = 4096;

    /// <summary>Resolves the secret. In mode <c>token</c> without one it generates 32 random bytes as base64url into
    /// <see cref="StatePaths.TokenPath"/>, 0600. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> when that file cannot be read or written. A client passes false for
    /// <paramref name="mayGenerate"/>: then a missing token stays missing.</summary>
    public static GatewaySecret Resolve(
        EdgeConfig config, ProcessEnvironment environment, StatePaths paths, string? flag = null, bool mayGenerate = true)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(paths);
        (string? password, string passwordSource) = FindPassword(config, environment);
        (string? token, string tokenSource) = FindToken(config, environment, flag);
        string mode = config.Gateway.Auth.Mode
            ?? (token is not null || password is null ? "token" : "password");
        switch (mode)
        {
            case "none":
                return new GatewaySecret { AuthMode = mode, Source = "gateway.auth.mode" };
            case "trusted-proxy":
                return Judge(new GatewaySecret { Password = password, AuthMode = mode, Source = "gateway.auth.mode" });
            case "password":
                return Judge(new GatewaySecret { Password = password, AuthMode = mode, Source = passwordSource });
            default:
                break;
        }
        bool generated = false;
        PreviousToken? previous = null;
        if (token is null && (mayGenerate || File.Exists(paths.TokenPath)))
        {
            (token, generated) = ReadOrGenerate(paths.TokenPath);
            tokenSource = paths.TokenPath;
            previous = PreviousToken.Read(paths.PreviousTokenPath);
        }
        return Judge(new GatewaySecret
        {
            Token = token,
            Previous = previous,
            Password = password,
            AuthMode = mode,
            Source = tokenSource,
            Generated = generated,
        });
    }

    /// <summary>A token of the kind that is generated at first start.</summary>
    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes));

    private static (string? Token, string Source) FindToken(EdgeConfig config, ProcessEnvironment environment, string? flag)
    {
        if (!string.IsNullOrWhiteSpace(flag))
        {
            return (flag.Trim(), "--token");
        }
        foreach (string name in (ReadOnlySpan<string>)["OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_AUTH_TOKEN", "GATEWAY_TOKEN"])
        {
            if (environment[name] is string value)
            {
                return (value, name);
            }
        }
        return Or(config.Gateway.Auth.Token, "gateway.auth.token") ?? FromCredential(environment, "gateway-token");
    }

    private static (string? Password, string Source) FindPassword(EdgeConfig config, ProcessEnvironment environment) =>
        Or(environment["OPENCLAW_GATEWAY_PASSWORD"], "OPENCLAW_GATEWAY_PASSWORD")
            ?? Or(config.Gateway.Auth.Password, "gateway.auth.password")
            ?? FromCredential(environment, "gateway-password");

    private static (string? Value, string Source)? Or(string? value, string source) =>
        string.IsNullOrWhiteSpace(value) ? null : (value.Trim(), source);

    /// <summary>systemd's <c>LoadCredential=</c>: a file of this name in <c>CREDENTIALS_DIRECTORY</c>.</summary>
    private static (string? Value, string Source) FromCredential(ProcessEnvironment environment, string name)
    {
        if (environment["CREDENTIALS_DIRECTORY"] is not string folder)
        {
            return (null, "");
        }
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? (ReadSecret(path), "credential " + name) : (null, "");
    }

    private static (string Token, bool Generated) ReadOrGenerate(string path)
    {
        if (File.Exists(path) && ReadSecret(path) is string known)
        {
            return (known, false);
        }
        string made = Generate();
        AtomicFile.Write(path, Encoding.ASCII.GetBytes(made + "\n"));
        return (made, true);
    }

    private static string? ReadSecret(string path)
    {
        if (new FileInfo(path).Length > MaxSecretBytes)
        {
            throw new IOException($"{path} is larger than {MaxSecretBytes} bytes and cannot be a secret. Put one line into it.");
        }
        string text = File.ReadAllText(path).Trim();
        return text.Length == 0 ? null : text;
    }

    private static GatewaySecret Judge(GatewaySecret secret)
    {
        string? why = secret.Token is string token ? TokenStrength.WeaknessOf(token) : null;
        why ??= secret.Password is string password ? TokenStrength.WeaknessOf(password, password: true) : null;
        return secret with { Weak = why is not null, WeakReason = why };
    }
}
