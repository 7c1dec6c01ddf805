using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>Which devices may connect, as what, and who waits for approval. The database is the state and its writer the one
/// loop that changes it, so there is nothing to keep in step. Thread-safe; every write can throw
/// <see cref="StorageException"/>, and then nothing of it is there. Source: docs/protocol.md, pairing.</summary>
public sealed class DevicePairing(EdgeDatabase database, string keyPath, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Most devices that wait at once.</summary>
    public const int MaxPending = 100; // guess: more is an attack, not a house

    private readonly DeviceTokenKey _key = new(keyPath);
    private readonly DeviceSightings _sightings = new(database, time);

    /// <summary>What nodes may do.</summary>
    public NodePairing Nodes { get; } = new(database, time);

    /// <summary>Invitations.</summary>
    public SetupCodes SetupCodes { get; } = new(database, time);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private long OldestMs => NowMs - (long)PairingRequest.Lifetime.TotalMilliseconds;

    /// <summary>The device; null when it is not paired.</summary>
    public PairedDevice? Find(string deviceId) =>
        database.Read(connection => PairingRows.Find(connection, deviceId)) is { } device ? _sightings.Apply(device) : null;

    /// <summary>The paired device whose operator token this is; null when it is nobody's. For callers that do not say who
    /// they are: every live token is compared, each in constant time.</summary>
    public PairedDevice? FindOperatorToken(string presented)
    {
        ArgumentNullException.ThrowIfNull(presented);
        PairedDevice? found = null;
        foreach (PairedDevice device in Devices())
        {
            found = IsToken(device, "operator", presented) ? device : found;
        }

        return found;
    }

    /// <summary>Every paired device, newest approval first.</summary>
    public IReadOnlyList<PairedDevice> Devices() => [.. database.Read(PairingRows.All).Select(_sightings.Apply)];

    /// <summary>Devices that wait, newest first.</summary>
    public IReadOnlyList<PairingRequest> Pending() =>
        database.Read(connection => connection.All(DeviceRequestTable.All, PairingRows.ReadRequest, OldestMs, MaxPending));

    /// <summary>The waiting request; null when it is unknown or too old.</summary>
    public PairingRequest? FindRequest(string requestId) =>
        database.Read(connection => connection.First(DeviceRequestTable.Find, PairingRows.ReadRequest, requestId, OldestMs));

    /// <summary>Puts a device in the queue. The same device asking for the same, or less, keeps its request.</summary>
    /// <returns>Its place; null when too many wait.</returns>
    public Task<PairingTicket?> RequestAsync(PairingAsk ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return database.WriteAsync(connection => Request(connection, ask), cancellationToken);
    }

    /// <summary>Pairs a device that waits.</summary>
    /// <returns>The device; null when the request is unknown or too old.</returns>
    public Task<PairedDevice?> ApproveAsync(string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                PairingRequest? request =
                    connection.First(DeviceRequestTable.Find, PairingRows.ReadRequest, requestId, OldestMs);
                return request is null ? null : Admit(connection, request.Ask, "owner", []);
            },
            cancellationToken);

    /// <summary>Pairs a device without a question.</summary>
    /// <param name="ask">What it gets.</param>
    /// <param name="via"><c>silent</c> or <c>bootstrap</c>.</param>
    /// <param name="operatorScopes">Scopes of an operator role beside the one asked for; empty for none.</param>
    /// <param name="cancellationToken">Takes it out of the queue.</param>
    public Task<PairedDevice> AdmitAsync(
        PairingAsk ask, string via, IReadOnlyList<string> operatorScopes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(operatorScopes);
        return database.WriteAsync(connection => Admit(connection, ask, via, operatorScopes), cancellationToken);
    }

    /// <summary>Takes a request out of the queue.</summary>
    /// <returns>What waited; null when it is unknown or too old.</returns>
    public Task<PairingRequest?> RejectAsync(string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                PairingRequest? request =
                    connection.First(DeviceRequestTable.Find, PairingRows.ReadRequest, requestId, OldestMs);
                connection.Execute(DeviceRequestTable.Delete, requestId);
                return request;
            },
            cancellationToken);

    /// <summary>Forgets a device, its tokens, its invitation and what it waits for.</summary>
    /// <returns>Whether it was known.</returns>
    public async Task<bool> RemoveAsync(string deviceId, CancellationToken cancellationToken)
    {
        bool known = await database.WriteAsync(
            connection =>
            {
                connection.Execute(DeviceRequestTable.DeleteOf, deviceId);
                EndInvitation(connection, deviceId);
                return connection.Execute(DeviceTable.Delete, deviceId) > 0;
            },
            cancellationToken);
        _sightings.Forget(deviceId);
        return known;
    }

    /// <summary>Takes one role from a device; a device without roles is forgotten.</summary>
    /// <returns>Whether it had that role.</returns>
    public Task<bool> RemoveRoleAsync(string deviceId, string role, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                bool had = connection.Execute(DeviceTable.DeleteRole, deviceId, role) > 0;
                EndInvitation(connection, deviceId);
                if (had && PairingRows.Find(connection, deviceId) is { Roles.Count: 0 })
                {
                    connection.Execute(DeviceTable.Delete, deviceId);
                }
                else if (had && role == "node")
                {
                    connection.Execute(DeviceTable.SetSurface, deviceId, null, null, null, null);
                    connection.Execute(NodeRequestTable.DeleteOf, deviceId);
                }

                return had;
            },
            cancellationToken);

    /// <summary>Names a device.</summary>
    /// <returns>Whether it is known.</returns>
    public Task<bool> RenameAsync(string deviceId, string label, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(DeviceTable.Rename, deviceId, label) > 0, cancellationToken);

    /// <summary>Makes a role's token anew; the old one ends.</summary>
    /// <param name="deviceId">Device.</param>
    /// <param name="role">Role.</param>
    /// <param name="scopes">Its scopes from now on, within the approved ones; null keeps them.</param>
    /// <param name="cancellationToken">Takes it out of the queue.</param>
    /// <returns>The role; null when the device does not have it, or not those scopes.</returns>
    public Task<DeviceRole?> RotateAsync(
        string deviceId, string role, IReadOnlyList<string>? scopes, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                DeviceRole? known = PairingRows.Find(connection, deviceId)?.LiveRole(role);
                if (known is null || (scopes is not null && !known.Covers(scopes)))
                {
                    return null;
                }

                PutRole(connection, deviceId, role, scopes ?? known.Scopes);
                EndInvitation(connection, deviceId);
                return PairingRows.Find(connection, deviceId)!.LiveRole(role);
            },
            cancellationToken);

    /// <summary>Ends a role's token; the device must be approved again for it.</summary>
    /// <returns>When; null when the device does not have the role.</returns>
    public async Task<long?> RevokeAsync(string deviceId, string role, CancellationToken cancellationToken)
    {
        long now = NowMs;
        int changed = await database.WriteAsync(
            connection =>
            {
                EndInvitation(connection, deviceId);
                return connection.Execute(DeviceTable.RevokeRole, deviceId, role, now);
            },
            cancellationToken);
        return changed > 0 ? now : null;
    }

    /// <summary>The token of a role.</summary>
    public string TokenOf(string deviceId, DeviceRole role)
    {
        ArgumentNullException.ThrowIfNull(role);
        return _key.TokenOf(deviceId, role.Role, role.Salt);
    }

    /// <summary>Whether this is the token in force of the device's role. Compared in constant time.</summary>
    public bool IsToken(PairedDevice device, string role, string presented)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.LiveRole(role) is { } live
            && (FixedTimeSecret.AreEqual(presented, TokenOf(device.DeviceId, live)) || IsBroughtToken(live.Salt, presented));
    }

    /// <summary>Pairs a device that was paired with another gateway; the tokens that it had there hold here until they are rotated, and are
    /// kept as hashes. For imports.</summary>
    /// <returns>Whether it is paired now.</returns>
    internal Task<bool> BringAsync(
        PairingAsk ask, string? label, string via, long createdAtMs, IReadOnlyList<(string Role, string[] Scopes, string Token)> roles, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                if (PairingRows.Find(connection, ask.DeviceId) is not null)
                {
                    return false;
                }

                connection.Execute(
                    DeviceTable.Upsert, ask.DeviceId, ask.PublicKey, ask.Platform, ask.DeviceFamily, ask.ClientId, ask.ClientMode, ask.DisplayName, ask.RemoteIp, via, createdAtMs);
                if (label is not null)
                {
                    connection.Execute(DeviceTable.Rename, ask.DeviceId, label);
                }

                foreach ((string role, string[] scopes, string token) in roles)
                {
                    connection.Execute(
                        DeviceTable.UpsertRole, ask.DeviceId, role, PairingRows.Lines(scopes), $"{DeviceTokenKey.NewSalt()}#{HashOf(token)}", createdAtMs);
                }

                return PairingRows.Find(connection, ask.DeviceId) is { } made && made.Roles.Count == roles.Count;
            },
            cancellationToken);

    // A role that was brought has the hash of its old token behind the salt of its new one; a rotation makes a salt without.
    private static bool IsBroughtToken(string salt, string presented)
    {
        int mark = salt.IndexOf('#', StringComparison.Ordinal);
        return mark >= 0 && FixedTimeSecret.AreEqual(HashOf(presented), salt[(mark + 1)..]);
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Notes that a device is here. Costs no write on the way: the database learns it later.</summary>
    /// <param name="device">The device.</param>
    /// <param name="reason">What it did.</param>
    /// <param name="version">Version that it told; null keeps the last one.</param>
    /// <param name="tokenRole">Role whose token it showed; null for none.</param>
    public void NoteSeen(PairedDevice device, string reason, string? version = null, string? tokenRole = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        _sightings.Note(device, reason, version, tokenRole);
    }

    /// <summary>Writes what was not written yet.</summary>
    public ValueTask DisposeAsync() => _sightings.DisposeAsync();

    private PairingTicket? Request(EdgeConnection connection, PairingAsk ask)
    {
        long oldest = OldestMs;
        connection.Execute(DeviceRequestTable.Prune, oldest);
        PairingRequest? before =
            connection.First(DeviceRequestTable.FindOf, PairingRows.ReadRequest, ask.DeviceId, ask.Role, oldest);
        bool same = before is not null && ask.Scopes.All(scope => before.Ask.Scopes.Contains(scope, StringComparer.Ordinal));
        if (before is null && connection.Number(DeviceRequestTable.Count, oldest) >= MaxPending)
        {
            return null;
        }

        // Another id for more scopes: who approves must approve what he saw.
        var request = new PairingRequest(
            same ? before!.RequestId : Guid.NewGuid().ToString(),
            same ? ask with { Scopes = before!.Ask.Scopes } : ask,
            PairingRows.Find(connection, ask.DeviceId) is not null,
            NowMs);
        connection.Execute(
            DeviceRequestTable.Put,
            request.RequestId,
            ask.DeviceId,
            ask.PublicKey,
            ask.Role,
            PairingRows.Lines(request.Ask.Scopes),
            ask.Platform,
            ask.DeviceFamily,
            ask.ClientId,
            ask.ClientMode,
            ask.DisplayName,
            ask.RemoteIp,
            request.IsRepair ? 1 : 0,
            request.AtMs);
        return new PairingTicket(request, !same, same ? null : before);
    }

    private PairedDevice Admit(EdgeConnection connection, PairingAsk ask, string via, IReadOnlyList<string> operatorScopes)
    {
        connection.Execute(
            DeviceTable.Upsert,
            ask.DeviceId,
            ask.PublicKey,
            ask.Platform,
            ask.DeviceFamily,
            ask.ClientId,
            ask.ClientMode,
            ask.DisplayName,
            ask.RemoteIp,
            via,
            NowMs);
        Grant(connection, ask.DeviceId, ask.Role, ask.Role == "node" ? [] : ask.Scopes);
        if (operatorScopes.Count > 0)
        {
            Grant(connection, ask.DeviceId, "operator", operatorScopes);
        }

        if (connection.First(DeviceRequestTable.FindOf, PairingRows.ReadRequest, ask.DeviceId, ask.Role, 0L) is { } waiting)
        {
            connection.Execute(DeviceRequestTable.Delete, waiting.RequestId);
        }

        return PairingRows.Find(connection, ask.DeviceId)!;
    }

    // What was approved before stays approved; only a change makes a new token.
    private void Grant(EdgeConnection connection, string deviceId, string role, IReadOnlyList<string> scopes)
    {
        DeviceRole? known = PairingRows.Find(connection, deviceId)!.LiveRole(role);
        if (known is null || !known.Covers(scopes))
        {
            PutRole(connection, deviceId, role, [.. (known?.Scopes ?? []).Union(scopes, StringComparer.Ordinal)]);
        }
    }

    // Its setup code would open again, for the rest of its ten minutes, what is taken from the device here.
    private void EndInvitation(EdgeConnection connection, string deviceId) => connection.Execute(SetupCodeTable.End, deviceId, NowMs);

    private void PutRole(EdgeConnection connection, string deviceId, string role, IReadOnlyList<string> scopes) =>
        connection.Execute(
            DeviceTable.UpsertRole, deviceId, role, PairingRows.Lines(scopes), DeviceTokenKey.NewSalt(), NowMs);
}
