namespace OpenClaw.Edge.Platform.DBus;

/// <summary>A call over D-Bus that failed: there is no bus, the other side refused, or it did not answer in time.</summary>
/// <param name="name">D-Bus error name, or the system's word.</param>
/// <param name="message">What a person reads.</param>
public sealed class BusException(string name, string message) : Exception(message)
{
    /// <summary>D-Bus error name such as <c>org.freedesktop.DBus.Error.AccessDenied</c>.</summary>
    public string Name { get; } = name;
}
