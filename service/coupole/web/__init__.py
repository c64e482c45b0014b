"""What node, hub and trustee share of HTTP: problems, bodies, paging, languages, OAuth2 and the page shell."""
