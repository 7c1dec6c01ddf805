namespace OpenClaw.Edge.Protocol.Mdns;

/// <summary>Record types that matter here. Source: https://www.iana.org/assignments/dns-parameters</summary>
public static class DnsType
{
    /// <summary>IPv4 address.</summary>
    public const ushort A = 1;

    /// <summary>Points to another name.</summary>
    public const ushort Ptr = 12;

    /// <summary>Text of a service.</summary>
    public const ushort Txt = 16;

    /// <summary>IPv6 address.</summary>
    public const ushort Aaaa = 28;

    /// <summary>Host and port of a service.</summary>
    public const ushort Srv = 33;

    /// <summary>In questions: every type.</summary>
    public const ushort Any = 255;
}
