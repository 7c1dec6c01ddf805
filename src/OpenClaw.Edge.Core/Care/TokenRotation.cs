using System.Text;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>A new gateway token in the place of the old one.</summary>
/// <param name="Path">File that holds it.</param>
/// <param name="RotatedAt">When.</param>
/// <param name="GraceUntil">Until when the old one opens too.</param>
public sealed record TokenRotation(string Path, DateTimeOffset RotatedAt, DateTimeOffset GraceUntil)
{
    /// <summary>The longest time that an old token may go on opening.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(7);

    /// <summary>Writes the new token, after the old one's hash; a crash in between leaves the old token in force.</summary>
    /// <param name="secret">In force now.</param>
    /// <param name="paths">Where the token file is.</param>
    /// <param name="grace">How long the old one opens too.</param>
    /// <param name="by">Who asked, for the journal.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="CareException">The token does not lie in its own file; the message says where it is changed.</exception>
    public static TokenRotation Make(GatewaySecret secret, StatePaths paths, TimeSpan grace, string by, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(grace, LongestGrace);
        if (secret.Token is not { } old || secret.AuthMode != "token" || secret.Source != paths.TokenPath)
        {
            throw new CareException(CareFailure.Refused, WhereToChange(secret, paths));
        }

        DateTimeOffset now = time.GetUtcNow();
        try
        {
            PreviousToken.Of(old, now + grace).Write(paths.PreviousTokenPath);
            AtomicFile.Write(paths.TokenPath, Encoding.ASCII.GetBytes(GatewayTokenSource.Generate() + "\n"));
            CareJournal.Append(paths, time, "token.rotate", json =>
            {
                json.WriteString("by"u8, by);
                json.WriteString("graceUntil"u8, now + grace);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"the token cannot be written: {e.Message}", e);
        }

        return new TokenRotation(paths.TokenPath, now, now + grace);
    }

    /// <summary>The same without a gateway, under the state's lock.</summary>
    public static TokenRotation Offline(ConfigSnapshot config, StatePaths paths, TimeSpan grace, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(config);
        using StateLock held = StateClaim.Take(paths, time, "rotation of the token");
        return Make(GatewayTokenSource.Resolve(config.Config, config.Environment, paths), paths, grace, Environment.UserName, time);
    }

    private static string WhereToChange(GatewaySecret secret, StatePaths paths) => secret.Source switch
    {
        _ when secret.AuthMode != "token" => $"gateway.auth.mode is {secret.AuthMode}: there is no token to rotate",
        "gateway.auth.token" =>
            $"the token is written in the configuration (gateway.auth.token), which is not rewritten: change it there, or run 'openclaw config unset gateway.auth.token' and let {paths.TokenPath} take over",
        "--token" => "the token was given to the gateway with --token: start it with another",
        _ when secret.Source.StartsWith("credential", StringComparison.Ordinal) =>
            $"the token is a systemd {secret.Source}: replace the file that LoadCredential= names, and restart the service",
        _ => $"the token comes from {secret.Source}: change it there, and restart the gateway",
    };
}
