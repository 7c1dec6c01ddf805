using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Finds the shared secret: flag, environment, configuration, systemd credential, file; makes one at first start.</summary>
public static class GatewayTokenSource
{
    private const int GeneratedBytes = 32;

    /// <summary>Resolves the secret; writes <see cref="StatePaths.TokenPath"/> (0600) when mode <c>token</c> has none yet.
    /// Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when that file cannot be used.</summary>
    public static GatewaySecret Resolve(
        EdgeConfig config, ProcessEnvironment environment, StatePaths paths, string? flag = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(paths);
        string? token = flag ?? environment.First("OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_AUTH_TOKEN", "GATEWAY_TOKEN")
            ?? config.Gateway.Auth.Token;
        if (token is not null)
        {
            return new GatewaySecret { Token = token, AuthMode = "token", Source = "given" };
        }
        if (File.Exists(paths.TokenPath))
        {
            return new GatewaySecret
            {
                Token = File.ReadAllText(paths.TokenPath).Trim(),
                AuthMode = "token",
                Source = paths.TokenPath,
            };
        }
        string made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes));
        AtomicFile.Write(paths.TokenPath, Encoding.ASCII.GetBytes(made + "\n"));
        return new GatewaySecret { Token = made, AuthMode = "token", Source = paths.TokenPath, Generated = true };
    }
}
