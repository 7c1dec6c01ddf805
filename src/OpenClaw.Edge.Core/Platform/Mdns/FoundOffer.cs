using System.Net;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>A service that answered. Nothing of it is proven: anybody on the LAN may say anything.</summary>
/// <param name="Instance">What it calls itself.</param>
/// <param name="Host">Its host name, with <c>.local</c>.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Addresses">Addresses of that host, IPv4 first.</param>
/// <param name="Text">Its TXT entries by key, lower case; at most 32.</param>
public sealed record FoundOffer(string Instance, string Host, int Port, IReadOnlyList<IPAddress> Addresses, IReadOnlyDictionary<string, string> Text);
