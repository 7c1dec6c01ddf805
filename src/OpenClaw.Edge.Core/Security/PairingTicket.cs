namespace OpenClaw.Edge.Security;

/// <summary>The place of a device in the queue for approval.</summary>
/// <param name="Request">What waits.</param>
/// <param name="Created">Whether it is new; false when the device had asked for the same before.</param>
/// <param name="Superseded">An older request of this device that it replaces; null for none.</param>
public sealed record PairingTicket(PairingRequest Request, bool Created, PairingRequest? Superseded);
