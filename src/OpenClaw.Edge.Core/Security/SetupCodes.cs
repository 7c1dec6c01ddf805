using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>One-time invitations: whoever has the token within ten minutes is paired. Only a hash is stored. Thread-safe.</summary>
public sealed class SetupCodes(EdgeDatabase database, TimeProvider time)
{
    /// <summary>How long an invitation holds. Source: docs/protocol.md, setup code.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Kept that long after, so that setupStatus can still tell what became of one.
    private static readonly TimeSpan Keep = TimeSpan.FromHours(1);

    private const int MaxOpen = 100; // guess

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes an invitation.</summary>
    /// <param name="access"><c>full</c>, <c>limited</c> or <c>node</c>.</param>
    /// <param name="cancellationToken">Takes it out of the queue.</param>
    /// <returns>It, and its token, which is told only now; null when too many are open.</returns>
    public async Task<(SetupCode Code, string Token)?> CreateAsync(string access, CancellationToken cancellationToken)
    {
        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        long now = NowMs;
        var code = new SetupCode(
            Guid.NewGuid().ToString(), access, now + (long)Lifetime.TotalMilliseconds, null, null, null);
        bool made = await database.WriteAsync(
            connection =>
            {
                connection.Execute(SetupCodeTable.Prune, now - (long)Keep.TotalMilliseconds);
                return connection.Number(SetupCodeTable.CountOpen, now) < MaxOpen
                    && connection.Execute(SetupCodeTable.Insert, code.SetupId, HashOf(token), access, code.ExpiresAtMs) > 0;
            },
            cancellationToken);
        return made ? (code, token) : null;
    }

    /// <summary>The invitation that this token opens for this device: not expired, and not used by another one.</summary>
    public SetupCode? Find(string token, string deviceId)
    {
        ArgumentNullException.ThrowIfNull(token);
        string hash = HashOf(token);
        SetupCode? code = database.Read(connection => connection.First(SetupCodeTable.FindByToken, PairingRows.ReadSetupCode, hash));
        return code is not null && code.ExpiresAtMs > NowMs && (code.DeviceId is null || code.DeviceId == deviceId) ? code : null;
    }

    /// <summary>The invitation by its id; null when it is unknown or long gone.</summary>
    public SetupCode? FindById(string setupId) =>
        database.Read(connection => connection.First(SetupCodeTable.Find, PairingRows.ReadSetupCode, setupId));

    /// <summary>Notes who used it.</summary>
    /// <returns>Whether this device is the first.</returns>
    public Task<bool> CompleteAsync(string setupId, string deviceId, string? deviceName, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => connection.Execute(SetupCodeTable.Complete, setupId, deviceId, deviceName, NowMs) > 0,
            cancellationToken);

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
