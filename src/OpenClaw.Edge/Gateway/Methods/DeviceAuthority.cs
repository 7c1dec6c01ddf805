using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Who may manage which device: an admin, and callers without a device, any; a device itself only.</summary>
/// <param name="DeviceId">The caller's device; null without one.</param>
/// <param name="IsAdmin">Whether the caller is an admin.</param>
internal readonly record struct DeviceAuthority(string? DeviceId, bool IsAdmin)
{
    /// <summary>Of a caller.</summary>
    public static DeviceAuthority Of(MethodCall call)
    {
        ConnectionGrant grant = call.Connection.Grant!;
        return new DeviceAuthority(grant.DeviceId, grant.IsAdmin);
    }

    /// <summary>Whether the caller sees and manages every device.</summary>
    public bool SeesAll => IsAdmin || DeviceId is null;

    /// <summary>Whether the caller may manage this device at all.</summary>
    public bool Reaches(string deviceId) => SeesAll || DeviceId == deviceId;

    /// <summary>Whether the caller may manage a device with these roles: nodes are an admin's.</summary>
    public bool MayManage(PairedDevice device) => Reaches(device.DeviceId) && (SeesAll || !device.HasOtherRole);
}
