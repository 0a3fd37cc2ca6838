"""Documents that come from elsewhere or go there: folders, archives of another installation, other servers."""
